-- ARGV: 2 id, 3 the request, 4 its holder, 5 what its probe saw, 6 whether it waits.
local h, id, holder = host_at(1), ARGV[2], ARGV[4]
read_pool()
sweep(h)
observe(h, ARGV[5])
local claim = claim_of(h, id)
if claim then
  renew(h, id, claim)
  schedule(h, id)
  return answer(h, id, holder, nil, ARGV[3])
end

local impossible, serve = rules()
local ask = decode(ARGV[3], 'request')
local reason, which = impossible(h, ask)
if reason then
  schedule(h, id)
  return answer(h, id, holder, {reason, which})
end
place = place + 1
moved = true
claim = {last = now, lease = ask.lease, due = now + ask.lease, fixed = '0', since = now, place = place, fence = '0',
  granted = 0, list = '', json = ARGV[3], holder = holder, ask = ask, held = false}
h.claim[id] = claim
if waiting(h) == 0 and not serve(h, id, claim, {}) then
  return answer(h, id, holder, nil, ARGV[3])
end

stand_in_line(h, id, claim)
change(h, id, claim)
schedule(h, id)
if not claim.held and ARGV[6] == '0' then
  leave(h, id)
  return answer(h, id, holder, {'Busy', {}})
end
return answer(h, id, holder, nil, ARGV[3])
