advance()
local head = redis.call('ZRANGE', KEY.line, 0, 0)[1]
local first = head and session_of(head)
return reply({
  waiting = redis.call('ZCARD', KEY.line),
  admitted = redis.call('ZCOUNT', KEY.admitted, '(' .. now, '+inf'),
  oldestWait = first and now - first.joined or 0,
})
