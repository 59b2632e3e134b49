import { Redis } from 'ioredis'
import { withTimeLimit } from '../time/time-limit.ts'
import type { Patience } from './protection.ts'

/** The server answered and is a replica: it can be read, not written. */
export class CacheReadOnlyError extends Error {
  constructor() {
    super('the cache is a read-only replica')
    this.name = 'CacheReadOnlyError'
  }
}

/** The server did not answer in time, or the connection did not come back in time. */
export class CacheTimeoutError extends Error {
  constructor(command: string, limitMs: number) {
    super(`${command} took longer than ${limitMs} ms`)
    this.name = 'CacheTimeoutError'
  }
}

export interface ConnectionEvents {
  up(): void
  down(reason: string): void
}

const PROBE_KEY = 'drillbook:probe'
const PROBE_LIFETIME_MS = 10_000

/** A TCP handshake on a LAN takes one millisecond; a host that is gone must not hold an attempt for longer. */
const CONNECT_TIMEOUT_MS = 1_000
/**
 * A connection on which replies are awaited and nothing arrives is dead: also during the handshake, because a stopped process still accepts
 * connections (the kernel does) but never answers HELLO. Above the longest patience, so that it never cuts a call short.
 */
const SILENCE_TIMEOUT_MS = 4_000
/** A stopped process does not answer the goodbye either. */
const GOODBYE_TIMEOUT_MS = 250
/** Longest pause between attempts: a cache that is back is used again well within 5 s. */
const MAX_RECONNECT_PAUSE_MS = 500

/**
 * One connection to one Redis, kept up for ever. Nothing waits in a queue inside the client: a call either goes out now, or waits here, up to
 * its own limit, for the connection to return. Calls reject with CacheTimeoutError, CacheReadOnlyError or whatever Redis said.
 */
export class CacheConnection {
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

  get(key: string, patience: Patience): Promise<string | null> {
    return this.call('GET', patience, () => this.redis.get(key))
  }

  async set(key: string, text: string, lifetimeMs: number, patience: Patience): Promise<void> {
    await this.change('SET', patience, () => this.redis.set(key, text, 'PX', lifetimeMs))
  }

  async del(key: string, patience: Patience): Promise<void> {
    await this.change('DEL', patience, () => this.redis.del(key))
  }

  /** Rejects unless the server takes a write now. */
  async probeWrite(patience: Patience): Promise<void> {
    await this.set(PROBE_KEY, '1', PROBE_LIFETIME_MS, patience)
  }

  /** Rejects unless the server answers a read now. */
  async probeRead(patience: Patience): Promise<void> {
    await this.get(PROBE_KEY, patience)
  }

  /** For good. Not a loss, so nothing is reported. */
  close(): void {
    this.up = false
    this.redis.disconnect()
  }

  private async change(name: string, patience: Patience, send: () => Promise<unknown>): Promise<void> {
    try {
      await this.call(name, patience, send)
    } catch (error) {
      throw error instanceof Error && error.message.startsWith('READONLY') ? new CacheReadOnlyError() : error
    }
  }

  private async call<T>(name: string, patience: Patience, send: () => Promise<T>): Promise<T> {
    const givenUpAt = performance.now() + patience.timeoutMs
    const work = patience.waitsForConnection ? this.insist(send, givenUpAt) : send()
    work.catch(() => undefined) // when the limit passes first, the late failure has no other reader
    return await withTimeLimit(work, patience.timeoutMs, () => new CacheTimeoutError(name, patience.timeoutMs))
  }

  /** Sends it again on the next connection when this one is lost, as long as somebody waits for the answer. */
  private async insist<T>(send: () => Promise<T>, givenUpAt: number): Promise<T> {
    for (;;) {
      await this.usable(givenUpAt)
      try {
        return await send()
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
      const timer = setTimeout(go, until - performance.now())
      this.waiting.add(go)
    })
  }
}
