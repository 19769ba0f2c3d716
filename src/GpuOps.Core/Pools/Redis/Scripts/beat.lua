-- ARGV: 2... for each host how many ids, then the ids. Returns, of all the ids, the numbers of those that are lost.
local lost, at, number = {}, 2, 0

-- A heartbeat needs only the first numbers of a claim; the rest is carried along unread.
local function renew_all(h, ids)
  local texts, renewed, due = call('HMGET', h.claims, unpack(ids)), {}, {}
  for n, id in ipairs(ids) do
    if texts[n] then
      local lease, old, fixed, rest = match(texts[n], '^%d+ (%d+) (%d+) (%d)( .*)$')
      if not lease then corrupt('claims') end
      local next = fixed == '1' and old or now + lease
      renewed[#renewed + 1] = id
      renewed[#renewed + 1] = now .. ' ' .. lease .. ' ' .. next .. ' ' .. fixed .. rest
      due[#due + 1] = next
      due[#due + 1] = id
    else
      lost[#lost + 1] = number
    end
    number = number + 1
  end
  batched('HSET', h.claims, renewed)
  batched('ZADD', h.due, due)
end

read_pool()
for n = 1, (#KEYS - 3) / #PARTS do
  local h, left = host_at(n), tonumber(ARGV[at])
  sweep(h)
  at = at + 1
  while left > 0 do
    local ids = {}
    for _ = 1, math.min(left, BATCH) do
      ids[#ids + 1] = ARGV[at]
      at = at + 1
    end
    left = left - #ids
    renew_all(h, ids)
  end
  schedule(h)
  save(h)
end
save_pool()
return lost
