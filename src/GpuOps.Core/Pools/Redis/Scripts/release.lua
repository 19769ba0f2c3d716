-- ARGV: 2 id. Returns 1 when the pool held it until now.
local h, id = host_at(1), ARGV[2]
read_pool()
sweep(h)
local claim = claim_of(h, id)
if claim then end_claim(h, id, claim, now) end
schedule(h)
save(h)
save_pool()
return claim and 1 or 0
