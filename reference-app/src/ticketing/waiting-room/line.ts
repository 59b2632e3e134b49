import { type ConnectionEvents, RedisConnection, type WaitPolicy } from '../../platform/cache/redis-connection.ts'
import type { RoomLimits, RoomRules } from './room-rules.ts'
import { Script } from './script.ts'
import type { RoomEvent, Session } from './session.ts'

/** The Redis of the room answers, but what it holds is not the room: empty, or an older copy. */
export class RoomLostError extends Error {
  constructor() {
    super('the waiting room lost its data')
    this.name = 'RoomLostError'
  }
}

/** A session with its place in the queue. `position`: people ahead. `rate`: admissions per second. */
export interface QueueStatus {
  session: Session
  admitted: boolean
  position: number
  rate: number
}

/** How many there are, and how long the first in line has waited, in milliseconds. */
export interface RoomCounts {
  waiting: number
  admitted: number
  oldestWait: number
}

/** What a restoration ends with. */
export interface Rebuilt {
  /** The highest that was ever given out, or above. */
  seq: number
  /** The highest that was ever admitted. */
  lastAdmitted: number
  /** Stays. */
  restored: number
}

/** Of a user's call: a script takes less than a millisecond, and who cannot be asked is not let in. */
const WAIT: WaitPolicy = { timeoutMs: 250, waitsForConnection: false }
/** Of a restoration, which writes thousands of sessions at once. */
const RESTORE_WAIT: WaitPolicy = { timeoutMs: 2_000, waitsForConnection: false }

const room = (name: string) => new Script('keys', 'room', name)
const SCRIPTS = {
  join: room('join'),
  status: room('status'),
  gate: room('gate'),
  leave: room('leave'),
  tick: room('tick'),
  restore: new Script('keys', 'restore'),
}

/**
 * The room as its Redis holds it, shared by all instances. Each call is one atomic step by the clock of that Redis.
 * Calls reject with RoomLostError, or as the connection does: then it is unknown whether the step was taken.
 */
export class Line {
  private readonly connection: RedisConnection
  private readonly rules: RoomRules
  private readonly report: (events: RoomEvent[]) => void
  /** The last state seen: a room that falls behind it was replaced by an older copy. */
  private known = { epoch: '', seq: 0 }

  /** `report` gets every event that a step of ours caused, also after the caller's time-out. */
  constructor(
    url: string,
    rules: RoomRules,
    connectionEvents: ConnectionEvents,
    report: (events: RoomEvent[]) => void,
  ) {
    this.connection = new RedisConnection(url, connectionEvents)
    this.rules = rules
    this.report = report
  }

  /** Above every sequence that this instance has seen. */
  get knownSeq(): number {
    return this.known.seq
  }

  /** This instance has met the room before: what it meets now can have been lost. */
  get wasSeen(): boolean {
    return this.known.epoch !== ''
  }

  /** The session that the user has, or a new one with this id. */
  async join(userId: number, id: string, lifetimeMs: number): Promise<QueueStatus> {
    return await this.step<QueueStatus>('join', userId, id, lifetimeMs)
  }

  /** Also says that the user is still there. `unknown`: there is no session at all; else it is another one. */
  async status(userId: number, id: string): Promise<QueueStatus | { unknown: boolean }> {
    return await this.step<QueueStatus | { unknown: boolean }>('status', userId, id)
  }

  async isAdmitted(userId: number, id: string): Promise<boolean> {
    return (await this.step<{ admitted: boolean }>('gate', userId, id)).admitted
  }

  /** Without an id: only an admitted user. False: there was nothing to end. */
  async leave(userId: number, id = ''): Promise<boolean> {
    return (await this.step<{ left: boolean }>('leave', userId, id)).left
  }

  /** Ends what is over and admits whom it can, without anybody having called. */
  async tick(): Promise<RoomCounts> {
    return await this.step<RoomCounts>('tick')
  }

  /** Those that are named, at least one. */
  async setLimits({ capacity, admissionsPerSecond }: Partial<RoomLimits>): Promise<void> {
    const fields = {
      ...(capacity === undefined ? {} : { capacity }),
      ...(admissionsPerSecond === undefined ? {} : { rate: admissionsPerSecond }),
    }
    await this.connection.call('limits', WAIT, (redis) => redis.hset('waiting-room:state', fields))
  }

  /** Closes the room and empties it. `id`: of this restoration, the next epoch. */
  async beginRestore(id: string): Promise<void> {
    await this.restore('begin', id)
  }

  /** Only those whose time is not over. How many that were. Rejects when another restoration has begun meanwhile. */
  async addRestored(id: string, sessions: Session[]): Promise<number> {
    return Number(await this.restore('add', id, JSON.stringify(sessions)))
  }

  /** Opens the room. */
  async commitRestore(id: string, { seq, lastAdmitted, restored }: Rebuilt, limits: RoomLimits): Promise<void> {
    const { capacity, admissionsPerSecond } = limits
    const { abandonedAfterMs } = this.rules
    await this.restore('commit', id, seq, lastAdmitted, capacity, admissionsPerSecond, abandonedAfterMs, restored)
    this.known = { epoch: id, seq }
  }

  /** By the clock of the room's Redis, in Unix milliseconds. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.connection.call('time', WAIT, (redis) => redis.time())
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
  }

  /**
   * What the last restoration brought back, of whichever instance. Undefined: it ended before that time, or is under
   * way, or all is lost.
   */
  async restoredSince(time: number): Promise<number | undefined> {
    const [at, restored] = await this.connection.call('restored', WAIT, (redis) =>
      redis.hmget('waiting-room:state', 'restored_at', 'restored'),
    )
    return Number(at ?? 0) >= time ? Number(restored) : undefined
  }

  close(): void {
    this.connection.close()
  }

  private async step<Answer>(name: keyof typeof SCRIPTS, ...args: (string | number)[]): Promise<Answer> {
    const { abandonedAfterMs, turnMs } = this.rules
    return await this.connection.call(name, WAIT, async (redis) => {
      const all = [this.known.epoch, this.known.seq, abandonedAfterMs, turnMs, ...args]
      const text = await SCRIPTS[name].run(redis, all)
      return this.accept(JSON.parse(String(text)) as ScriptReply & Answer) // as scripts/*.lua write it
    })
  }

  private accept<Answer>(answer: ScriptReply & Answer): Answer {
    if (answer.lost) throw new RoomLostError()
    const { epoch, seq, events } = answer
    if (epoch !== this.known.epoch) this.known = { epoch, seq }
    this.known.seq = Math.max(this.known.seq, seq)
    if (Array.isArray(events)) this.report(events) // Lua writes an empty list as {}
    return answer
  }

  private async restore(...args: (string | number)[]): Promise<unknown> {
    return await this.connection.call('restore', RESTORE_WAIT, (redis) => SCRIPTS.restore.run(redis, args))
  }
}

interface ScriptReply {
  lost?: true
  epoch: string
  seq: number
  events: RoomEvent[] | Record<string, never>
}
