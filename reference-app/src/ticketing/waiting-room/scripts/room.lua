-- ARGV: what the caller knows of epoch and sequence, after how long a silent user is gone (ms), how long a turn is (ms); then the script's own.
local known_epoch, known_seq = ARGV[1], tonumber(ARGV[2])
local abandoned_after, turn = tonumber(ARGV[3]), tonumber(ARGV[4])

-- Of one call, so that none holds up Redis for long: about 5 ms.
local BATCH = 500
-- Instances come by five times a second: after such a pause it was the room that could not be reached, and nobody is blamed for his silence.
local PAUSE = 2000

local FIELDS = { 'seq', 'last_admitted', 'capacity', 'rate', 'level', 'refilled_at', 'last_run', 'patient_until' }
local state = {}
for i, value in ipairs(redis.call('HMGET', KEY.state, unpack(FIELDS))) do
  state[FIELDS[i]] = tonumber(value or 0)
end
state.epoch = redis.call('HGET', KEY.state, 'epoch')

-- A sequence below one that was given out before: an older copy of the data came back.
if state.epoch and state.epoch == known_epoch and state.seq < known_seq then
  redis.call('HDEL', KEY.state, 'epoch')
  state.epoch = false
end
if not state.epoch then
  return cjson.encode({ lost = true })
end

local events = {}

local function session_of(user)
  local text = redis.call('HGET', KEY.sessions, user)
  if not text then
    return nil
  end
  local id, seq, joined, expires, admitted_until = text:match('^(%S+) (%d+) (%d+) (%d+) (%d+)$')
  return {
    user = tonumber(user),
    id = id,
    seq = tonumber(seq),
    joined = tonumber(joined),
    expires = tonumber(expires),
    admittedUntil = tonumber(admitted_until),
  }
end

local function is_admitted(s)
  return s.admittedUntil > now
end

-- `kind`: completed, abandoned, expired or dropped. Without a session only the traces of one are removed.
local function finish(user, s, kind)
  redis.call('HDEL', KEY.sessions, user)
  redis.call('ZREM', KEY.line, user)
  redis.call('ZREM', KEY.seen, user)
  redis.call('ZREM', KEY.admitted, user)
  events[#events + 1] = { kind = kind, session = s or nil, user = tonumber(user) }
end

-- The session of this user, if it is still one; what ended without anybody noticing is finished first.
local function living(user)
  local s = session_of(user)
  if not s then
    return nil
  end
  if s.admittedUntil > 0 then
    if is_admitted(s) then
      return s
    end
    finish(user, s, 'expired')
  elseif not redis.call('ZSCORE', KEY.line, user) then
    finish(user, s, 'dropped')
  elseif s.expires <= now then
    finish(user, s, 'expired')
  else
    return s
  end
  return nil
end

local function is_silent(user)
  if now < state.patient_until then
    return false
  end
  local seen = redis.call('ZSCORE', KEY.seen, user)
  return not seen or tonumber(seen) <= now - abandoned_after
end

local function admit(s)
  s.admittedUntil = math.min(now + turn, s.expires)
  keep(s)
  redis.call('ZREM', KEY.line, s.user)
  redis.call('ZREM', KEY.seen, s.user)
  redis.call('ZADD', KEY.admitted, s.admittedUntil, s.user)
  events[#events + 1] = {
    kind = 'admitted',
    session = s,
    user = s.user,
    waited = now - s.joined,
    inverted = s.seq < state.last_admitted,
  }
  state.last_admitted = math.max(state.last_admitted, s.seq)
end

-- Ends what is over, then lets in as many as there are places and the bucket has drops, from the head of the line.
local function advance()
  for _, user in ipairs(redis.call('ZRANGEBYSCORE', KEY.admitted, '-inf', now, 'LIMIT', 0, BATCH)) do
    finish(user, session_of(user), 'expired')
  end
  if now - state.last_run > PAUSE then
    state.patient_until = now + abandoned_after
  end
  if now >= state.patient_until then
    local silent = redis.call('ZRANGEBYSCORE', KEY.seen, '-inf', now - abandoned_after, 'LIMIT', 0, BATCH)
    for _, user in ipairs(silent) do
      finish(user, session_of(user), 'abandoned')
    end
  end

  -- Redis has no other clock: one that was set back must not take away drops, or nobody came in until it is where it was.
  state.level = math.min(state.rate, state.level + state.rate * math.max(0, now - state.refilled_at) / 1000)
  local live = redis.call('ZCOUNT', KEY.admitted, '(' .. now, '+inf')
  local free = math.min(state.capacity - live, math.floor(state.level))
  for _ = 1, BATCH do
    local user = free > 0 and redis.call('ZRANGE', KEY.line, 0, 0)[1]
    if not user then
      break
    end
    local s = session_of(user)
    if not s then
      finish(user, nil, 'dropped')
    elseif s.expires <= now then
      finish(user, s, 'expired')
    elseif is_silent(user) then
      finish(user, s, 'abandoned')
    else
      admit(s)
      free = free - 1
      state.level = state.level - 1
    end
  end
  redis.call(
    'HSET', KEY.state, 'last_admitted', state.last_admitted, 'level', state.level,
    'refilled_at', now, 'last_run', now, 'patient_until', state.patient_until
  )
end

local function reply(answer)
  answer.epoch = state.epoch
  answer.seq = state.seq
  answer.events = events
  return cjson.encode(answer)
end

-- A session with what its owner wants to know.
local function place(user, s)
  return {
    session = s,
    admitted = is_admitted(s),
    position = redis.call('ZRANK', KEY.line, user) or 0,
    rate = state.rate,
  }
end
