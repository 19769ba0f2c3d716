-- ARGV: 2 id, 3 what the probe saw.
local h, id = host_at(1), ARGV[2]
read_pool()
sweep(h)
observe(h, ARGV[3])
local claim = claim_of(h, id)
if claim and not claim.held then renew(h, id, claim) end
schedule(h, id)
return answer(h, id)
