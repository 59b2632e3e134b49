/** About three hours of checks; above that the oldest second is known less exactly. */
const MAX_SAMPLES = 10_000

/**
 * How far a replica is behind, in time: since when the primary has had something that the replica has not replayed. Positions in the log are
 * compared, so an idle primary makes no lag (as the time of the last replayed transaction would), a stream that broke does as soon as
 * anything is written, and no clock but ours is asked.
 */
export class ReplicationLag {
  /** What the primary had written and when we first saw that, ascending; only what the replica lacks. */
  private missing: { position: bigint; at: number }[] = []
  private lastWritten = 0n
  private lastReplayed = 0n

  /** The primary's position. `at` in milliseconds of any clock that only goes forward. */
  written(position: bigint, at: number): void {
    if (position <= this.lastWritten) return
    this.lastWritten = position
    if (position <= this.lastReplayed) return
    this.missing.push({ position, at })
    if (this.missing.length > MAX_SAMPLES) this.missing.splice(1, 1)
  }

  /** The replica's position. */
  replayed(position: bigint): void {
    this.lastReplayed = position
    this.missing = this.missing.filter((sample) => sample.position > position)
  }

  /** Milliseconds; 0 when nothing is missing as far as is known. */
  ms(now: number): number {
    const [oldest] = this.missing
    return oldest === undefined ? 0 : now - oldest.at
  }
}
