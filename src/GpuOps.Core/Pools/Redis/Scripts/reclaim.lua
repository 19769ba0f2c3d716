-- ARGV: 2... for each host how many claims, then that many pairs of id and holder. Returns how many were ended.
local ended, at = 0, 2
read_pool()
for n = 1, (#KEYS - 3) / #PARTS do
  local h = host_at(n)
  sweep(h)
  for _ = 1, ARGV[at] do
    local id, holder = ARGV[at + 1], ARGV[at + 2]
    local claim = claim_of(h, id)
    at = at + 2
    if claim and claim.holder == holder and claim.fixed ~= '1' then
      end_claim(h, id, claim, now)
      ended = ended + 1
    end
  end
  at = at + 1
  schedule(h)
  save(h)
end
save_pool()
return ended
