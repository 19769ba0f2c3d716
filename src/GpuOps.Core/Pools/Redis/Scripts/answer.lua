-- What a client is told.

-- A grant in three parts. The request is left out of its text when it is the one the asker has just sent.
local function describe(h, id, claim, sent)
  local list, what = gpus_of(claim), {}
  for first = 1, #list, BATCH do
    local some = call('HMGET', h.gpus, unpack(list, first, math.min(first + BATCH - 1, #list)))
    for n = 1, #some do what[first + n - 1] = some[n] end
  end
  local text = claim_text(claim)
  if claim.json == sent then
    text = string.sub(text, 1, -#claim.holder - #sent - 2) .. '\n' .. claim.holder
  end
  return id, text, what
end

-- Who holds or waits from the asker's machine, so that the dead among them can be reported.
local function neighbours(h, asker, holder)
  local list, machine = {}, match(holder, '^%-?%d+ %-?%d+ (.+)$')
  if not machine then return list end
  local all = call('HGETALL', h.claims)
  for n = 1, #all, 2 do
    local fixed, other, where = match(all[n + 1], '^%d+ %d+ %d+ (%d)[^\n]*\n[^\n]*\n(%-?%d+ %-?%d+ (.+))$')
    if where == machine and fixed ~= '1' and all[n] ~= asker then
      list[#list + 1] = all[n]
      list[#list + 1] = other
    end
  end
  return list
end

local function count_free(g)
  local free, taken, down, use = 0, g.taken, g.down, next(g.use) and g.use
  for n = 1, g.count do
    if not taken[n] and not down[n] and not (use and use[tostring(n - 1)]) then free = free + 1 end
  end
  return free
end

-- How a request stands, at the end of a step: writes what the step changed and says it.
local function answer(h, id, holder, refusal, sent)
  local g, claim = gpus(h), claim_of(h, id)
  if claim and claim.held and claim.fixed == '2' then
    claim.fixed, claim.due = '1', now + ask_of(claim).duration
    change(h, id, claim)
  end
  local inline, serving, free = waiting(h), g.serving, count_free(g)
  save(h)
  save_pool()
  if claim and claim.held then return {'Granted', offset, inline, serving, free, describe(h, id, claim, sent)} end
  if claim then
    return {'Waiting', offset, inline, serving, free, call('ZRANK', h.line, id) + 1, neighbours(h, id, claim.holder)}
  end
  refusal = refusal or h.refused[id]
  if refusal then
    table.sort(refusal[2])
    return {'Refused', offset, inline, serving, free, refusal[1], refusal[2], neighbours(h, id, holder or refusal[3])}
  end
  return {'Unknown', offset, inline, serving, free}
end
