-- ARGV: 2 since when, as shown. Returns the clock, its offset, what ended since, and the claims of each host.
read_pool()
local hosts = {}
for n, name in ipairs(call('SMEMBERS', HOSTS)) do
  hosts[n] = {name, call('HGETALL', PREFIX .. 'claims:' .. name)}
end
return {now, offset, call('ZRANGEBYSCORE', USAGE, ARGV[2] + offset, '+inf'), hosts}
