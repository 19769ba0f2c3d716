-- Whether this user may do all that the other scripts do, on keys of their own that are gone at the end.
local hash, sorted, set, text = PREFIX .. 'probe:h', PREFIX .. 'probe:z', PREFIX .. 'probe:s', PREFIX .. 'probe:t'
call('HSET', hash, 'a', 1)
call('HINCRBY', hash, 'a', 1)
call('HDEL', hash, 'a')
call('ZADD', sorted, 1, 'a')
call('ZREMRANGEBYSCORE', sorted, '-inf', 0)
call('ZREM', sorted, 'a')
call('SADD', set, 'a')
call('SREM', set, 'a')
call('SET', text, '1', 'PX', 1000)
call('DEL', text)
for _, read in ipairs({'HKEYS', 'HGETALL'}) do call(read, hash) end
call('HMGET', hash, 'a')
for _, read in ipairs({'ZCARD', 'EXISTS'}) do call(read, sorted) end
call('ZRANK', sorted, 'a')
call('ZRANGEBYSCORE', sorted, '-inf', 0)
call('PUBLISH', PREFIX .. 'wake:', '')
return call('TIME')
