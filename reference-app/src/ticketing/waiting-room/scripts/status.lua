local user, id = ARGV[5], ARGV[6]
local s = living(user)
if not s or s.id ~= id then
  return reply({ unknown = not s })
end
if not is_admitted(s) then
  redis.call('ZADD', KEY.seen, now, user)
end
advance()
return reply(place(user, session_of(user)))
