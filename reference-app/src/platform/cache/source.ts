import { AsyncResource } from 'node:async_hooks'
import { Breaker, type BreakerState } from '../breaker.ts'
import { CacheConnection } from './connection.ts'
import type { CacheEvents } from './events.ts'
import type { WaitPolicy } from './redis-connection.ts'

export const SOURCE_NAMES = ['primary', 'standby'] as const
export type SourceName = (typeof SOURCE_NAMES)[number]

/** The breaker refused the call: nothing was sent. */
export class BreakerOpenError extends Error {
  constructor(source: SourceName) {
    super(`the breaker of the ${source} cache is open`)
    this.name = 'BreakerOpenError'
  }
}

/**
 * How often an open breaker lets a probe through: with the reconnect pause this keeps recovery well below 5 s.
 * Milliseconds.
 */
const PROBE_EVERY_MS = 500

/**
 * One Redis that may serve as the cache, with its connection and its breaker. The half-open probes are calls of its
 * own, so no user ever waits for one, and it recovers without traffic.
 */
export class CacheSource {
  readonly name: SourceName
  private readonly events: CacheEvents
  private readonly connection: CacheConnection
  private readonly breaker = new Breaker()
  private readonly onBreakerChange: () => void
  private probing: NodeJS.Timeout | undefined
  /** Bound to the moment of construction: a probe is no part of the request, or the trace, that met the trouble. */
  private readonly probeLater = AsyncResource.bind((waitPolicy: WaitPolicy) => {
    this.probing = setTimeout(() => void this.probe(waitPolicy), PROBE_EVERY_MS)
  })

  constructor(name: SourceName, url: string, events: CacheEvents, onBreakerChange: () => void) {
    this.name = name
    this.events = events
    this.onBreakerChange = onBreakerChange
    this.connection = new CacheConnection(url, {
      up: () => events.connected(name),
      down: (reason) => events.disconnected(name, reason),
    })
  }

  get breakerState(): BreakerState {
    return this.breaker.state
  }

  /** Rejects with BreakerOpenError at once, or as the connection does. `guarded`: with the breaker. */
  async read(key: string, waitPolicy: WaitPolicy, guarded: boolean): Promise<string | null> {
    if (!guarded) return await this.get(key, waitPolicy)
    if (!this.breaker.allows) throw new BreakerOpenError(this.name)
    try {
      const text = await this.get(key, waitPolicy)
      this.breaker.succeeded(performance.now())
      return text
    } catch (error) {
      if (this.breaker.failed(performance.now())) this.opened(waitPolicy)
      throw error
    }
  }

  /** Not the breaker's business: a replica refuses every write and still serves reads. */
  async write(key: string, text: string, lifetimeMs: number, waitPolicy: WaitPolicy): Promise<void> {
    await this.events.timed('set', this.connection.set(key, text, lifetimeMs, waitPolicy))
  }

  /** As a write, but an open breaker refuses it: requests of users wait for the removal. */
  async remove(key: string, waitPolicy: WaitPolicy, guarded: boolean): Promise<void> {
    if (guarded && !this.breaker.allows) throw new BreakerOpenError(this.name)
    await this.events.timed('del', this.connection.del(key, waitPolicy))
  }

  /** As `CacheConnection.clear`. */
  async clear(
    prefix: string,
    waitPolicy: WaitPolicy,
    withinMs: number,
  ): Promise<{ removed: number; complete: boolean }> {
    return await this.connection.clear(prefix, waitPolicy, withinMs)
  }

  /** Rejects unless it takes writes, with CacheReadOnlyError when that is why. */
  async probeWrite(waitPolicy: WaitPolicy): Promise<void> {
    await this.connection.probeWrite(waitPolicy)
  }

  /** Closes the breaker and clears its window. */
  resetBreaker(): void {
    clearTimeout(this.probing)
    if (this.breaker.state === 'closed') return
    this.breaker.reset()
    this.closed()
  }

  close(): void {
    clearTimeout(this.probing)
    this.breaker.reset()
    this.connection.close()
  }

  private get(key: string, waitPolicy: WaitPolicy): Promise<string | null> {
    return this.events.timed('get', this.connection.get(key, waitPolicy))
  }

  private opened(waitPolicy: WaitPolicy): void {
    this.events.breakerOpened(this.name)
    this.onBreakerChange()
    this.probeLater(waitPolicy)
  }

  private closed(): void {
    this.events.breakerClosed(this.name)
    this.onBreakerChange()
  }

  private async probe(waitPolicy: WaitPolicy): Promise<void> {
    this.breaker.probe()
    const ok = await this.connection.probeRead(waitPolicy).then(
      () => true,
      () => false, // still down: that is an answer
    )
    if (this.breaker.state !== 'half-open') return // it was reset meanwhile
    this.breaker.probed(ok)
    if (ok) this.closed()
    else this.probeLater(waitPolicy)
  }
}
