/** What happened in one interval. */
export interface Interval {
  seconds: number
  /** How long a request took on average. Milliseconds. */
  sojournMs: number
  /** Requests whose work ended. */
  ended: number
  /** Requests turned away by this limit. */
  shed: number
}

/**
 * The normal mean of all requests, from the report on the cache outage; without a queue it is a tenth of that. Measured
 * at three times the load: at 75 and 100 payments wait too long (80 % served, 94 at 50). Milliseconds.
 */
const TARGET_MS = 50
/**
 * So long must the delay stand before anything is shed: a burst such as 500 readers at once is over by then. (CoDel,
 * RFC 8289: what does not go away within an interval is a standing queue, anything else is what queues are for.)
 */
const PATIENCE_SECONDS = 0.5
/** And in so many intervals in a row: one long pause of the process is no queue. */
const PATIENCE_INTERVALS = 3
/**
 * So long nothing may have been shed before the limit is lifted: with it go the savings (traces), so too early a lift
 * is the next overload.
 */
const CALM_SECONDS = 2
/** So few under way are never too many, however slow they are: below it a limit would only idle the processor. */
const LEAST = 64
/**
 * Per interval. As in every AIMD since TCP the way down is the faster one; up in proportion, because a limit may have
 * to grow from 64 to 500.
 */
const DECREASE = 0.9
const INCREASE = 1.05

/**
 * How many requests may be under way: no limit until a standing delay shows that there are too many, then one that
 * follows the delay, until nothing has been shed for a while.
 */
export class ConcurrencyLimit {
  private limit = Number.POSITIVE_INFINITY
  private standingSeconds = 0
  private standingIntervals = 0
  private calmSeconds = 0

  /** Infinity: no limit. */
  get current(): number {
    return this.limit
  }

  observe({ seconds, sojournMs, ended, shed }: Interval): void {
    const standing = sojournMs > TARGET_MS
    this.standingSeconds = standing ? this.standingSeconds + seconds : 0
    this.standingIntervals = standing ? this.standingIntervals + 1 : 0
    const lasting = this.standingSeconds >= PATIENCE_SECONDS && this.standingIntervals >= PATIENCE_INTERVALS
    if (this.limit === Number.POSITIVE_INFINITY) {
      if (!lasting) return
      // Little's law: the concurrency that meets the target.
      this.limit = Math.max(LEAST, ((ended / seconds) * TARGET_MS) / 1_000)
      this.calmSeconds = 0
      return
    }
    if (standing) this.limit = Math.max(LEAST, this.limit * DECREASE)
    else if (shed > 0) this.limit *= INCREASE
    // By what began it, not by each slow interval: with little to do one slow request makes one, and there would be no
    // end.
    this.calmSeconds = lasting || shed > 0 ? 0 : this.calmSeconds + seconds
    if (this.calmSeconds >= CALM_SECONDS) this.lift()
  }

  lift(): void {
    this.limit = Number.POSITIVE_INFINITY
    this.standingSeconds = 0
    this.standingIntervals = 0
  }
}
