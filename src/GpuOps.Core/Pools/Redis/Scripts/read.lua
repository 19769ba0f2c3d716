-- ARGV: 2 a host, or empty for all. Returns the clock, its offset, and for each host all that is shown of it.
read_pool()
local names = ARGV[2] ~= '' and {ARGV[2]} or call('SMEMBERS', HOSTS)
local hosts = {}
for n, name in ipairs(names) do
  local use, list = gpus({slots = PREFIX .. 'slots:' .. name}).use, {}
  for gpu, user in pairs(use) do
    list[#list + 1] = tonumber(gpu)
    list[#list + 1] = user
  end
  hosts[n] = {name, call('HGETALL', PREFIX .. 'gpus:' .. name), call('HGETALL', PREFIX .. 'down:' .. name), list,
    call('HGETALL', PREFIX .. 'claims:' .. name)}
end
return {now, offset, hosts}
