local user, id, lifetime = ARGV[5], ARGV[6], tonumber(ARGV[7])
local s = living(user)
if not s then
  state.seq = redis.call('HINCRBY', KEY.state, 'seq', 1)
  s = { user = tonumber(user), id = id, seq = state.seq, joined = now, expires = now + lifetime, admittedUntil = 0 }
  keep(s)
  redis.call('ZADD', KEY.line, s.seq, user)
  events[#events + 1] = { kind = 'joined', session = s, user = s.user }
end
if not is_admitted(s) then
  redis.call('ZADD', KEY.seen, now, user)
end
advance()
return reply(place(user, session_of(user)))
