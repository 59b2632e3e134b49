/** About three hours of checks; above that the oldest second is known less exactly. */
const MAX_SAMPLES = 10_000
/**
 * So far back it is known when something was written that the replica has replayed, in case it comes back without it.
 * Well above any limit. Milliseconds.
 */
const REMEMBERED_MS = 60_000

interface Sample {
  position: bigint
  at: number
}

/**
 * How far a replica is behind, in time: since when the primary has had something that the replica has not replayed.
 * Positions in the log are compared, so an idle primary makes no lag (as the time of the last replayed transaction
 * would), a stream that broke does as soon as anything is written, a replica that comes back without what it had does
 * at once, and no clock but ours is asked.
 */
export class ReplicationLag {
  /**
   * What the primary had written and when we first saw that, ascending: what the replica lacks, what was new within the
   * time that is remembered, and first the last before that, for all that is older.
   */
  private samples: Sample[] = []
  /** What the primary had when it was first seen; when that was written is unknown. */
  private first = 0n
  private lastReplayed = 0n

  /** The primary's position. `at` in milliseconds of any clock that only goes forward. */
  written(position: bigint, at: number): void {
    const last = this.samples.at(-1)
    if (position === last?.position) return
    // It has less than before: another server, or an older state of this one. What was known of its log says nothing
    // now.
    if (last === undefined || position < last.position) this.begin(position, at)
    else this.samples.push({ position, at })
    const replayed = (sample: Sample | undefined) => sample !== undefined && sample.position <= this.lastReplayed
    const old = this.samples.findIndex((sample) => !replayed(sample) || at - sample.at < REMEMBERED_MS)
    if (old > 1) this.samples.splice(0, old - 1)
    if (this.samples.length > MAX_SAMPLES) this.samples.splice(2, 1)
  }

  /** The replica's position. It may be an earlier one than before. */
  replayed(position: bigint): void {
    this.lastReplayed = position
  }

  /** Milliseconds at least; 0 when nothing is missing as far as is known. */
  ms(now: number): number {
    const oldest = this.oldest
    return oldest === undefined ? 0 : now - oldest.at
  }

  /** False: it lacks writes from before the first measurement, so the lag may be more than `ms`. */
  get isKnown(): boolean {
    const oldest = this.oldest
    return oldest === undefined || oldest.position > this.first
  }

  private get oldest(): Sample | undefined {
    return this.samples.find(({ position }) => position > this.lastReplayed)
  }

  private begin(position: bigint, at: number): void {
    this.samples = [{ position, at }]
    this.first = position
  }
}
