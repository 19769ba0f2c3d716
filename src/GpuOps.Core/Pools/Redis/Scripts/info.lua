-- What the server says of itself; nothing when this user may not ask.
local info = redis.pcall('INFO')
return type(info) == 'string' and info or ''
