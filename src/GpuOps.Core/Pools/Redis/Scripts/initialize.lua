-- ARGV: 2 force, 3 dry run, 4... for each GPU from 0 what it is and its memory.
-- Returns the clock's offset, the GPUs added, removed and changed, and the reservations on GPUs that go away.
local h, force, dry = host_at(1), ARGV[2] == '1', ARGV[3] == '1'
local count, added, removed, changed, going = (#ARGV - 3) / 2, {}, {}, {}, {}
read_pool()
if not dry then sweep(h) end
local present = {}
local raw = call('HGETALL', h.gpus)
for n = 1, #raw, 2 do present[tonumber(raw[n])] = raw[n + 1] end

local function differs(old, new)
  if old == new then return false end
  old, new = decode(old, 'gpus'), decode(new, 'gpus')
  for _, field in ipairs({'device', 'uuid', 'model', 'memory', 'provider'}) do
    if old[field] ~= new[field] then return true end
  end
  return false
end

for gpu = 0, count - 1 do
  if not present[gpu] then
    added[#added + 1] = gpu
  elseif differs(present[gpu], ARGV[4 + 2 * gpu]) then
    changed[#changed + 1] = gpu
  end
end
for gpu in pairs(present) do if gpu >= count then removed[#removed + 1] = gpu end end
table.sort(removed)

local function touches(claim)
  for _, gpu in ipairs(gpus_of(claim)) do if gpu >= count then return true end end
  return false
end

local claims = #removed > 0 and call('HGETALL', h.claims) or {}
for n = 1, #claims, 2 do
  local claim = read_claim(claims[n + 1])
  if claim.due > now and touches(claim) then going[#going + 1] = {describe(h, claims[n], claim)} end
end

-- A GPU that comes or goes has no past under its number.
local function forget_past(list)
  if #list == 0 then return end
  local users = gpus(h).users
  for _, gpu in ipairs(list) do users[tostring(gpu)] = nil end
  for _, user in ipairs(call('HKEYS', h.last)) do
    local last = last_use(h, user)
    for _, gpu in ipairs(list) do last[gpu + 1] = nil end
    call('HSET', h.last, user, cmsgpack.pack(last))
  end
end

local function apply()
  for _, one in ipairs(going) do end_claim(h, one[1], read_claim(one[2]), now) end
  known = VERSION
  forget_past(removed)
  forget_past(added)
  local g, size = gpus(h), {}
  for n = #removed, 1, -1 do
    local gpu = removed[n]
    call('HDEL', h.gpus, gpu)
    call('HDEL', h.down, gpu)
    g.taken[gpu + 1], g.back[gpu + 1], g.down[gpu + 1] = nil, nil, nil
  end
  for gpu = 0, count - 1 do
    if present[gpu] ~= ARGV[4 + 2 * gpu] then call('HSET', h.gpus, gpu, ARGV[4 + 2 * gpu]) end
    g.back[gpu + 1] = g.back[gpu + 1] or 0
    size[gpu + 1] = tonumber(ARGV[5 + 2 * gpu])
  end
  g.count, h.size = count, size
  call('SET', h.sizes, cmsgpack.pack(size))
  recount(h)
  call(count > 0 and 'SADD' or 'SREM', HOSTS, name_of(h))
end

if not dry then
  if force or #going == 0 then apply() end
  schedule(h, nil, true)
  save(h)
  save_pool()
end
return {offset, added, removed, changed, going}
