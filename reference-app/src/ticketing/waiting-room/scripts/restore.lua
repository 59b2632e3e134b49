-- Rebuilds the room: begin, add as often as needed, commit. Closed from begin to commit. Whoever comes later takes over: the other's id is refused.
local step, id = ARGV[1], ARGV[2]
if step == 'begin' then
  redis.call('DEL', KEY.state, KEY.sessions, KEY.line, KEY.seen, KEY.admitted)
  redis.call('SET', KEY.restoring, id)
  return 0
end
if redis.call('GET', KEY.restoring) ~= id then
  return redis.error_reply('TAKENOVER another restoration has begun')
end
if step == 'add' then
  local restored = 0
  for _, s in ipairs(cjson.decode(ARGV[3])) do
    local waits = s.admittedUntil == 0
    if s.expires > now and (waits or s.admittedUntil > now) then
      keep(s)
      if waits then
        redis.call('ZADD', KEY.line, s.seq, s.user)
        redis.call('ZADD', KEY.seen, now, s.user)
      else
        redis.call('ZADD', KEY.admitted, s.admittedUntil, s.user)
      end
      restored = restored + 1
    end
  end
  return restored
end
redis.call(
  'HSET', KEY.state, 'epoch', id, 'seq', ARGV[3], 'last_admitted', ARGV[4], 'capacity', ARGV[5], 'rate', ARGV[6],
  'level', ARGV[6], 'refilled_at', now, 'last_run', now, 'patient_until', now + tonumber(ARGV[7]),
  'restored', ARGV[8], 'restored_at', now
)
redis.call('DEL', KEY.restoring)
return 0
