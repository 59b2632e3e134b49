-- Everything that the room consists of, on one Redis and touched by these scripts alone. Each script is one atomic step.
local KEY = {
  -- hash: epoch, seq, last_admitted, capacity, rate, level, refilled_at, last_run, patient_until, restored, restored_at. Without epoch the room is lost.
  state = 'waiting-room:state',
  -- hash: user -> "token-id seq joined expires admitted-until", times in Unix ms, the last 0 while waiting
  sessions = 'waiting-room:sessions',
  -- sorted set: waiting users by sequence
  line = 'waiting-room:line',
  -- sorted set: waiting users by the time when they were last seen
  seen = 'waiting-room:seen',
  -- sorted set: admitted users by the time when their turn ends
  admitted = 'waiting-room:admitted',
  -- string: the restoration that is under way
  restoring = 'waiting-room:restoring',
}

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function keep(s)
  local text = string.format('%s %d %d %d %d', s.id, s.seq, s.joined, s.expires, s.admittedUntil)
  redis.call('HSET', KEY.sessions, s.user, text)
end
