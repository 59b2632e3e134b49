import { Redis } from 'ioredis'
import { withTimeLimit } from '../time-limit.ts'

/** How long, and how, one call may be waited for. */
export interface WaitPolicy {
  timeoutMs: number
  /** Wait for a lost connection to come back within the same limit, instead of failing at once. */
  waitsForConnection: boolean
}

/** The server did not answer in time, or the connection did not come back in time. */
export class RedisTimeoutError extends Error {
  constructor(command: string, limitMs: number) {
    super(`${command} took longer than ${limitMs} ms`)
    this.name = 'RedisTimeoutError'
  }
}

export interface ConnectionEvents {
  up(): void
  down(reason: string): void
}

/** A TCP handshake on a LAN takes one millisecond; a host that is gone must not hold an attempt for longer. */
const CONNECT_TIMEOUT_MS = 1_000
/**
 * A connection on which replies are awaited and nothing arrives is dead: also during the handshake, because a stopped
 * process still accepts connections (the kernel does) but never answers HELLO. Above the longest wait policy, so that
 * it never cuts a call short.
 */
const SILENCE_TIMEOUT_MS = 4_000
/** A stopped process does not answer QUIT either. */
const GOODBYE_TIMEOUT_MS = 250
/** Longest pause between attempts: a Redis that is back is used again well within 5 s. */
const MAX_RECONNECT_PAUSE_MS = 500

/**
 * One connection to one Redis, re-established whenever it is lost. The client's own queue is off: a call either goes
 * out now, or waits here, up to its own limit, for the connection to return. Calls reject with RedisTimeoutError or
 * whatever Redis said.
 */
export class RedisConnection {
  private readonly redis: Redis
  private up = false
  /** Whoever waits for the connection to return. */
  private readonly waiting = new Set<() => void>()

  constructor(url: string, events: ConnectionEvents) {
    this.redis = new Redis(url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      disconnectTimeout: GOODBYE_TIMEOUT_MS,
      maxLoadingRetryTime: MAX_RECONNECT_PAUSE_MS,
      retryStrategy: (attempt) => Math.min(attempt * 100, MAX_RECONNECT_PAUSE_MS) * (0.8 + 0.2 * Math.random()),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    })
    let reason = ''
    this.redis.on('error', (error: Error) => {
      reason = error.message // every failed attempt says so; only the change of state is an event
    })
    this.redis.on('ready', () => {
      this.up = true
      reason = 'the server closed it'
      for (const go of this.waiting) go()
      events.up()
    })
    this.redis.on('close', () => {
      if (!this.up) return
      this.up = false
      events.down(reason)
    })
  }

  /** `name`: of the call, for the error of a time-out. `send` runs at once, or not at all without a connection. */
  async call<T>(name: string, waitPolicy: WaitPolicy, send: (redis: Redis) => Promise<T>): Promise<T> {
    const givenUpAt = performance.now() + waitPolicy.timeoutMs
    const work = waitPolicy.waitsForConnection ? this.insist(send, givenUpAt) : send(this.redis)
    work.catch(() => undefined) // when the limit passes first, the late failure has no other reader
    return await withTimeLimit(work, waitPolicy.timeoutMs, () => new RedisTimeoutError(name, waitPolicy.timeoutMs))
  }

  /** For good. Not a loss, so nothing is reported. */
  close(): void {
    this.up = false
    this.redis.disconnect()
  }

  /** Sends it again on the next connection when this one is lost, until the caller's time limit. */
  private async insist<T>(send: (redis: Redis) => Promise<T>, givenUpAt: number): Promise<T> {
    for (;;) {
      await this.usable(givenUpAt)
      try {
        return await send(this.redis)
      } catch (error) {
        if (this.redis.status === 'ready' || performance.now() >= givenUpAt) throw error
      }
    }
  }

  /** Resolves when the connection can be used, at the latest at `until`: then the next call fails and says why. */
  private async usable(until: number): Promise<void> {
    if (this.redis.status === 'ready') return
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, Math.max(0, until - performance.now()))
      this.waiting.add(go)
    })
  }
}
