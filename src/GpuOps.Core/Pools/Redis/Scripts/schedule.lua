-- The line: who can be granted what.

-- Gives the two functions that decide: whether a request is impossible, and whether it is served now.
local function rules()
  local function impossible(h, ask)
    local g = gpus(h)
    if g.count == 0 then return 'NotInitialized', {} end
    if ask.ids then
      local unknown, down = {}, {}
      for _, gpu in ipairs(ask.ids) do
        if gpu < 0 or gpu >= g.count then
          unknown[#unknown + 1] = gpu
        elseif g.down[gpu + 1] then
          down[#down + 1] = gpu
        end
      end
      if #unknown > 0 then return 'UnknownGpu', unknown end
      if #down > 0 then return 'DisabledGpu', down end
    end
    if (ask.count or 1) > g.serving then return 'TooMany', {} end
    if ask.memory and ask.memory > g.most then return 'TooMuchMemory', {} end
    return nil
  end

  -- The units a request takes of a GPU. Memory is divided digit by digit: 10,000 times its bytes may pass 2^53.
  local function units_of(h, ask, gpu)
    if ask.units then return ask.units end
    if not ask.memory then return WHOLE end
    local memory = sizes(h)[gpu + 1]
    local units, rest = floor(ask.memory / memory), ask.memory % memory
    for _ = 1, 4 do
      rest = rest * 10
      local digit = floor(rest / memory)
      units, rest = units * 10 + digit, rest - digit * memory
    end
    return rest > 0 and units + 1 or units
  end

  local function candidates_of(h, ask)
    if ask.ids then return ask.ids end
    local g, list, size = gpus(h), {}, ask.memory and sizes(h)
    for n = 1, g.count do
      if not g.down[n] and not (size and size[n] < ask.memory) then list[#list + 1] = n - 1 end
    end
    return list
  end

  local function is_open(h, g, ask, gpu)
    local taken = g.taken[gpu + 1]
    if taken then return (ask.units or ask.memory) and taken + units_of(h, ask, gpu) <= WHOLE end
    local user = next(g.use) and g.use[tostring(gpu)]
    return not user or (ask.force and user ~= '*' and user == ask.actualUser)
  end

  -- Leaves, of the open GPUs, those the user gave back last, then those nobody used for longest.
  local function take_best(h, ask, open, width)
    local mine, back = last_use(h, ask.user), gpus(h).back
    local function before(a, b)
      local x, y = mine[a + 1] or 0, mine[b + 1] or 0
      if x ~= y then return x > y end
      x, y = back[a + 1], back[b + 1]
      if x ~= y then return x < y end
      return a < b
    end
    if width == 1 then
      local best = open[1]
      for n = 2, #open do
        if before(open[n], best) then best = open[n] end
      end
      return {best}
    end
    table.sort(open, before)
    for n = #open, width + 1, -1 do open[n] = nil end
    table.sort(open)
    return open
  end

  local function fullest(h, g, ask, open)
    local best, most
    for _, gpu in ipairs(open) do
      local taken = g.taken[gpu + 1]
      local after = taken and taken + units_of(h, ask, gpu)
      if taken and (not most or after > most) then best, most = gpu, after end
    end
    return best
  end

  -- Which GPUs to grant, or nothing when too few of the candidates are open.
  local function choose(h, ask, candidates, spoken)
    local g, open, width = gpus(h), {}, ask.count or (ask.ids and #ask.ids) or 1
    for _, gpu in ipairs(candidates) do
      if not spoken[gpu] and is_open(h, g, ask, gpu) then open[#open + 1] = gpu end
    end
    if #open < width then return nil end
    if ask.units or ask.memory then
      local best = fullest(h, g, ask, open)
      if best then return {best} end
    end
    if #open > width then return take_best(h, ask, open, width) end
    table.sort(open)
    return open
  end

  local function grant(h, id, claim, chosen)
    local g, ask, list = gpus(h), ask_of(claim), {''}
    for _, gpu in ipairs(chosen) do
      local units = units_of(h, ask, gpu)
      g.taken[gpu + 1] = (g.taken[gpu + 1] or 0) + units
      list[#list + 1] = gpu .. ':' .. units
    end
    g.changed = true
    fence = fence + 1
    moved = true
    claim.held, claim.fence, claim.granted, claim.list = true, fence, now, table.concat(list, ' ')
    claim.last, claim.due, claim.fixed = now, now + ask.lease, ask.duration and '2' or '0'
    change(h, id, claim)
  end

  -- Grants what the claim asks for, or speaks for all that could serve it. Returns how many more are spoken for.
  local function serve(h, id, claim, spoken)
    local ask, more = ask_of(claim), 0
    local candidates = candidates_of(h, ask)
    local chosen = choose(h, ask, candidates, spoken)
    if chosen then
      grant(h, id, claim, chosen)
      return nil
    end
    for _, gpu in ipairs(candidates) do
      if not spoken[gpu] then
        spoken[gpu] = true
        more = more + 1
      end
    end
    return more
  end

  return impossible, serve
end

local function ring(id, asker)
  if id ~= asker then call('PUBLISH', PREFIX .. 'wake:' .. id, '') end
end

-- Walks the line. The asker is answered anyway and not rung. After the last GPU is spoken for nobody can be granted
-- any more; the walk then goes on only when requests may have become impossible in this step (thorough).
local function schedule(h, asker, thorough)
  if waiting(h) == 0 then return end
  local impossible, serve = rules()
  local spoken, free, at = {}, gpus(h).serving, 0
  while true do
    local ids = call('ZRANGE', h.line, at, at + 31)
    for _, id in ipairs(ids) do
      local claim = claim_of(h, id)
      if not claim then corrupt('line') end
      local reason, which = impossible(h, ask_of(claim))
      if reason then
        leave(h, id)
        h.refused[id] = {reason, which, claim.holder}
        ring(id, asker)
      else
        local more = serve(h, id, claim, spoken)
        if not more then
          step_out_of_line(h, id)
          ring(id, asker)
        else
          at, free = at + 1, free - more
          if free == 0 and not thorough then return end
        end
      end
    end
    if #ids < 32 then return end
  end
end

local function save(h)
  save_claims(h)
  save_gpus(h)
end
