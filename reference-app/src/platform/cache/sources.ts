import { Problem } from '../problem/problem.ts'
import { CacheReadOnlyError } from './connection.ts'
import type { CacheEvents } from './events.ts'
import type { WaitPolicy } from './redis-connection.ts'
import { CacheSource, type SourceName } from './source.ts'

/**
 * A source that an operator is about to put all reads on may take a second to prove itself; the operator is waiting.
 */
const SWITCH_WAIT: WaitPolicy = { timeoutMs: 1_000, waitsForConnection: true }

/** Which Redis is used, or none. Both connections stay open, so that a switch is instant. */
export class CacheSources {
  private readonly all: Readonly<Record<SourceName, CacheSource>>
  private readonly events: CacheEvents
  private selected: CacheSource
  private bypass = false

  constructor(urls: Readonly<Record<SourceName, string>>, events: CacheEvents) {
    this.events = events
    const onBreakerChange = () => this.reportBreaker()
    this.all = {
      primary: new CacheSource('primary', urls.primary, events, onBreakerChange),
      standby: new CacheSource('standby', urls.standby, events, onBreakerChange),
    }
    this.selected = this.all.primary
  }

  get current(): CacheSource {
    return this.selected
  }

  get bypassed(): boolean {
    return this.bypass
  }

  setBypass(bypass: boolean): void {
    this.bypass = bypass
  }

  /** Throws `cache_read_only` or `cache_unreachable`, and then nothing has changed. */
  async use(name: SourceName): Promise<void> {
    try {
      await this.all[name].probeWrite(SWITCH_WAIT)
    } catch (error) {
      if (error instanceof CacheReadOnlyError) {
        throw new Problem('cache_read_only', `The ${name} cache answers but is a replica: promote it first.`, {
          cause: error,
        })
      }
      const reason = error instanceof Error ? error.message : String(error)
      throw new Problem('cache_unreachable', `The ${name} cache does not take writes: ${reason}.`, { cause: error })
    }
    this.selected = this.all[name]
    this.reportBreaker()
  }

  resetBreakers(): void {
    for (const source of Object.values(this.all)) source.resetBreaker()
  }

  close(): void {
    for (const source of Object.values(this.all)) source.close()
  }

  private reportBreaker(): void {
    this.events.refusing(this.selected.breakerState !== 'closed')
  }
}
