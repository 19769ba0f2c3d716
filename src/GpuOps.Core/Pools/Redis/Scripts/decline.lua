-- ARGV: 2 id, 3 the fencing number of the grant, 4 what the probe saw. A grant with another number is a newer one:
-- this is the retry of a decline that was already carried out.
local h, id = host_at(1), ARGV[2]
read_pool()
sweep(h)
observe(h, ARGV[4])
local claim = claim_of(h, id)
if claim and claim.held and claim.fence == ARGV[3] then
  free_units(h, claim)
  claim.held, claim.fence, claim.granted, claim.list, claim.fixed = false, '0', 0, '', '0'
  renew(h, id, claim)
  stand_in_line(h, id, claim)
end
-- A GPU it named may have gone out of service meanwhile.
schedule(h, id, true)
return answer(h, id)
