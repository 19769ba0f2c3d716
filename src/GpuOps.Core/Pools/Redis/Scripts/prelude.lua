-- Shared by every operation; docs/pools.md says what each of these steps has to do, docs/redis.md what the keys hold.
-- KEYS: the pool's three keys, then those of each host the operation is about, in the order of PARTS.
-- ARGV[1]: how long usage is kept, in ms.
-- What a step learns it keeps in memory and what it changes it writes at the end: calls are what a step costs. So are
-- functions, which Redis makes anew for every run: what few steps need is made inside a function, when it is needed.
local PARTS = {'gpus', 'sizes', 'slots', 'down', 'claims', 'line', 'due', 'last'}
local META, HOSTS, USAGE = KEYS[1], KEYS[2], KEYS[3]
local PREFIX = string.sub(META, 1, -5)
local WHOLE, FRESH, VERSION = 10000, 60000, '1'
local call, tonumber, match, floor = redis.call, tonumber, string.match, math.floor
local now, offset, fence, place, known, moved

-- Lua can put only so many values on its stack at once.
local BATCH = 4000

local function corrupt(what)
  error('GPUOPSCORRUPT ' .. what)
end

local function decode(text, what)
  local ok, value = pcall(cjson.decode, text)
  if not ok or type(value) ~= 'table' then corrupt(what) end
  return value
end

local function batched(command, key, list)
  for first = 1, #list, BATCH do
    call(command, key, unpack(list, first, math.min(first + BATCH - 1, #list)))
  end
end

-- The clock and the counters ------------------------------------------------------------------------------------

-- The pool's clock: the server's, but never earlier than what the pool saw before.
local function read_pool()
  local time = call('TIME')
  local text = call('GET', META)
  local seen
  now, offset, seen, fence, place = time[1] * 1000 + floor(time[2] / 1000), 0, 0, 0, 0
  if text then
    known, offset, seen, fence, place = match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+)')
    known = known or match(text, '^%d+')
    if not known then corrupt('meta') end
    if known ~= VERSION then error('GPUOPSVERSION ' .. known) end
    seen, offset = tonumber(seen), tonumber(offset)
    now = now + offset
  end
  moved = now ~= seen
  if now < seen then
    offset = offset + seen - now
    now = seen
  end
end

-- Last of all, because a store that is full still accepts what follows a deletion: so it can always be emptied.
local function save_pool()
  if known and moved then
    call('SET', META, VERSION .. ' ' .. offset .. ' ' .. now .. ' ' .. fence .. ' ' .. place)
  end
end

-- A host and its GPUs -------------------------------------------------------------------------------------------

local function host_at(index)
  local h, base = {refused = {}, claim = {}, changed = {}}, #PARTS * (index - 1) + 3
  for n = 1, #PARTS do h[PARTS[n]] = KEYS[base + n] end
  return h
end

local function name_of(h)
  return string.sub(h.gpus, #PREFIX + 6)
end

local function unpacked(text, what)
  local ok, value = pcall(cmsgpack.unpack, text)
  if not ok or type(value) ~= 'table' then corrupt(what) end
  return value
end

-- What changes about the GPUs, packed: every step reads it. Under n + 1 for GPU n: the units taken and 1 if out of
-- service, left out when 0, and when last given back. How many there are, how many of them in service, and the most
-- memory among those. What a client's probe saw (users, at), which counts for a while (use).
local function gpus(h)
  local g = h.g
  if not g then
    local text = call('GET', h.slots)
    g = text and unpacked(text, 'slots')
      or {count = 0, taken = {}, back = {}, down = {}, serving = 0, most = 0, users = {}, at = 0}
    if not (g.count and g.taken and g.back and g.down and g.users) then corrupt('slots') end
    g.use = now - g.at <= FRESH and g.users or {}
    h.g = g
  end
  return g
end

-- The memory of each GPU; only requests for memory need it.
local function sizes(h)
  h.size = h.size or unpacked(call('GET', h.sizes) or '', 'sizes')
  return h.size
end

local function observe(h, users)
  if users == '' then return end
  local g = gpus(h)
  g.users = users == '{}' and {} or decode(users, 'observation')
  g.at, g.use, g.changed = now, g.users, g.count > 0
end

local function save_gpus(h)
  local g = h.g
  if not (g and g.changed) then return end
  g.use, g.changed = nil, nil
  call('SET', h.slots, cmsgpack.pack(g))
  h.g = nil
end

-- Claims: grants and waiting requests ---------------------------------------------------------------------------

-- The last heartbeat, the lease, when it is due, 1 if no heartbeat prolongs it (2 if none will
-- once its client knows of the grant), since when it exists, its place in
-- line, its fencing number (0 while it waits), when it was granted, and gpu:units for each GPU; then, each after a
-- newline, the request as the client sent it and its holder.
local function read_claim(text)
  local last, lease, due, fixed, since, at, number, granted, list, json, holder =
    match(text, '^(%d+) (%d+) (%d+) (%d) (%d+) (%d+) (%d+) (%d+)([^\n]*)\n([^\n]*)\n(.*)$')
  if not last then corrupt('claims') end
  return {last = tonumber(last), lease = tonumber(lease), due = tonumber(due), fixed = fixed, since = since,
    place = at, fence = number, granted = granted, list = list, json = json, holder = holder, text = text,
    held = number ~= '0'}
end

-- The text is kept until the claim changes.
local function claim_text(claim)
  if not claim.text then
    claim.text = claim.last .. ' ' .. claim.lease .. ' ' .. claim.due .. ' ' .. claim.fixed .. ' ' .. claim.since ..
      ' ' .. claim.place .. ' ' .. claim.fence .. ' ' .. claim.granted .. claim.list .. '\n' .. claim.json .. '\n' ..
      claim.holder
  end
  return claim.text
end

local function change(h, id, claim)
  claim.text = nil
  h.changed[id] = claim
end

local function claim_of(h, id)
  local claim = h.claim[id]
  if claim == nil then
    local text = call('HGET', h.claims, id)
    claim = text and read_claim(text)
    h.claim[id] = claim
  end
  return claim
end

local function ask_of(claim)
  claim.ask = claim.ask or decode(claim.json, 'claims')
  return claim.ask
end

local function gpus_of(claim)
  local list, units = {}, {}
  for gpu, part in string.gmatch(claim.list, '(%d+):(%d+)') do
    list[#list + 1] = tonumber(gpu)
    units[#units + 1] = tonumber(part)
  end
  return list, units
end

local function renew(h, id, claim)
  claim.last = now
  if claim.fixed ~= '1' then claim.due = now + claim.lease end
  change(h, id, claim)
end

local function save_claims(h)
  local id, claim = next(h.changed)
  if not id then return end
  if not next(h.changed, id) then
    call('HSET', h.claims, id, claim_text(claim))
    call('ZADD', h.due, claim.due, id)
    return
  end
  local texts, due = {}, {}
  for each, changed in pairs(h.changed) do
    texts[#texts + 1], texts[#texts + 2] = each, claim_text(changed)
    due[#due + 1], due[#due + 2] = changed.due, each
  end
  batched('HSET', h.claims, texts)
  batched('ZADD', h.due, due)
end

local function forget(h, id)
  call('HDEL', h.claims, id)
  call('ZREM', h.due, id)
  h.claim[id], h.changed[id] = false, nil
end

local function waiting(h)
  h.waiting = h.waiting or call('ZCARD', h.line)
  return h.waiting
end

local function stand_in_line(h, id, claim)
  h.waiting = waiting(h) + 1
  call('ZADD', h.line, claim.place, id)
end

local function step_out_of_line(h, id)
  h.waiting = waiting(h) - 1
  call('ZREM', h.line, id)
end

local function leave(h, id)
  step_out_of_line(h, id)
  forget(h, id)
end

local function free_units(h, claim)
  local list, units = gpus_of(claim)
  local g = gpus(h)
  for n, gpu in ipairs(list) do
    local left = (g.taken[gpu + 1] or 0) - units[n]
    if left < 0 then corrupt('slots') end
    g.taken[gpu + 1] = left > 0 and left or nil
  end
  g.changed = true
  return list, units
end

-- When a user last gave back each GPU, under n + 1 for GPU n.
local function last_use(h, user)
  local text = call('HGET', h.last, user)
  return text and unpacked(text, 'last') or {}
end

-- Ends a claim in this step; a grant's use may have ended before, when it expired.
local function end_claim(h, id, claim, ended)
  if not claim.held then return leave(h, id) end
  forget(h, id)
  local list, units = free_units(h, claim)
  local ask, back, seen, usage = ask_of(claim), gpus(h).back, gpus(h).users, {}
  local last, name = last_use(h, ask.user), name_of(h)
  for n, gpu in ipairs(list) do
    back[gpu + 1] = now
    seen[tostring(gpu)] = nil
    last[gpu + 1] = now
    usage[#usage + 1] = ended
    -- The fencing number keeps apart what one id used twice within a millisecond.
    usage[#usage + 1] = cjson.encode({name, id, gpu, ask.user, ask.kind, units[n], tonumber(claim.granted), ended,
      claim.fence})
  end
  call('HSET', h.last, ask.user, cmsgpack.pack(last))
  batched('ZADD', USAGE, usage)
  call('ZREMRANGEBYSCORE', USAGE, '-inf', '(' .. (now - ARGV[1]))
end

local function sweep(h)
  for _, id in ipairs(call('ZRANGEBYSCORE', h.due, '-inf', now)) do
    local claim = claim_of(h, id)
    if not claim then corrupt('due') end
    end_claim(h, id, claim, claim.fixed == '1' and claim.due or claim.last)
  end
end
