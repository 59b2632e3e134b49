import type { ReplicaEvents, ReplicaTrouble } from './replica-events.ts'
import { ReplicationLag } from './replication-lag.ts'
import { ReplicationStore } from './replication-store.ts'
import { ReservedConnection } from './reserved-connection.ts'

/** From the end of one check to the start of the next. Milliseconds. */
const CHECK_EVERY_MS = 1_000
/**
 * A healthy stream is milliseconds behind, a long statement or a burst of writes a second or two; a reader takes a page
 * that is older than a few seconds for wrong, and copies in the cache add their own age to it. Milliseconds.
 */
export const LAG_LIMIT_MS = 5_000
/**
 * Good checks in a row before a replica that was not fit is read from again: one that comes and goes is not worth a
 * wait each time.
 */
const GOOD_CHECKS = 3

export interface ReplicaWatchOptions {
  primaryUrl: string
  replicaUrl: string
  applicationName: string
  events: ReplicaEvents
}

/**
 * Looks at the replica again and again, on connections of its own: a busy pool says nothing about the replica. While
 * the primary does not answer, the replica is held against what the primary was last known to have: reads go on then.
 */
export class ReplicaWatch {
  private readonly events: ReplicaEvents
  private readonly primary: ReservedConnection
  private readonly replica: ReservedConnection
  private readonly store: ReplicationStore
  private readonly lag = new ReplicationLag()
  private fit = false
  /** The first check decides alone. */
  private good = GOOD_CHECKS - 1
  private timer: NodeJS.Timeout | undefined
  private checking: Promise<void> = Promise.resolve()
  private ended = false

  constructor({ primaryUrl, replicaUrl, applicationName, events }: ReplicaWatchOptions) {
    this.events = events
    this.primary = new ReservedConnection({ url: primaryUrl, applicationName })
    this.replica = new ReservedConnection({ url: replicaUrl, applicationName })
    this.store = new ReplicationStore(this.primary, this.replica)
  }

  /** Whether it may be read from. Not before the first check. */
  get usable(): boolean {
    return this.fit
  }

  begin(): void {
    this.checking = this.check().finally(() => {
      if (!this.ended) this.timer = setTimeout(() => this.begin(), CHECK_EVERY_MS)
    })
  }

  async end(): Promise<void> {
    this.ended = true
    await this.checking
    clearTimeout(this.timer)
    await Promise.all([this.primary.close(), this.replica.close()])
  }

  /** Not fit from now on, until checks are good again. */
  failed(reason: ReplicaTrouble, error?: unknown): void {
    this.good = 0
    if (this.fit) this.events.unfit(reason, this.lag.ms(performance.now()), error)
    this.fit = false
  }

  private async check(): Promise<void> {
    const written = await this.store.written().catch(() => undefined) // what it had before is all that is known then
    if (written !== undefined) this.lag.written(written, performance.now())
    try {
      const replayed = await this.store.replayed()
      if (replayed === undefined) this.failed('not_a_replica')
      else this.judge(replayed)
    } catch (error) {
      this.failed('unreachable', error)
    }
    this.events.checked(this.fit, this.lag.ms(performance.now()))
  }

  private judge(replayed: bigint): void {
    this.lag.replayed(replayed)
    const lagMs = this.lag.ms(performance.now())
    if (lagMs > LAG_LIMIT_MS || !this.lag.isKnown) {
      this.failed('lagging')
      return
    }
    this.good += 1
    if (this.fit || this.good < GOOD_CHECKS) return
    this.fit = true
    this.events.fit(lagMs)
  }
}
