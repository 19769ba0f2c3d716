-- ARGV: 2 why and by whom the GPUs go out of service (empty puts them back), 3... the GPUs. Returns unknown GPUs.
local h = host_at(1)
local unknown = {}
read_pool()
sweep(h)
local g = gpus(h)
for n = 3, #ARGV do
  local gpu = tonumber(ARGV[n])
  if gpu < 0 or gpu >= g.count then unknown[#unknown + 1] = gpu end
end
if #unknown == 0 then
  for n = 3, #ARGV do
    local gpu = tonumber(ARGV[n])
    if ARGV[2] == '' then
      call('HDEL', h.down, gpu)
    else
      -- Who says it again changes the reason, not since when it is so.
      local since = match(call('HGET', h.down, gpu) or '', '^(%d+) ') or now
      call('HSET', h.down, gpu, since .. ' ' .. ARGV[2])
    end
    g.down[gpu + 1] = ARGV[2] ~= '' and 1 or nil
  end
  recount(h)
end
schedule(h, nil, true)
save(h)
save_pool()
return unknown
