import { type Environment, scaledMs } from '../environment/environment.ts'

/** Three scrapes at speed 1 (alerts/prometheus.yaml): a series without a sample for so long is gone. */
const SILENT_MS = 30_000
/** In real time: a call that times out (10 s) on a busy machine, once, is a hiccup. */
const HICCUP_MS = 15_000

/** For how long something that a drill watches may be out of sight, in milliseconds. */
export function longestBlindMs(environment: Environment): number {
  return Math.max(silentMs(environment), HICCUP_MS)
}

/** For how long an answer may be empty before it counts, in milliseconds. */
export function silentMs(environment: Environment): number {
  return scaledMs(environment, SILENT_MS)
}

/** When something was seen, and the longest time for which it was not. Times are milliseconds since the epoch. */
export class Sightings {
  private last: number | undefined
  private ended: number | undefined
  private longest = 0
  /** Why the latest look saw nothing; undefined when it did. */
  trouble: string | undefined

  begin(now: number): void {
    this.last = now
  }

  seen(now: number): void {
    this.longest = this.blindMs(now)
    this.last = now
    this.trouble = undefined
  }

  end(now: number): void {
    this.ended ??= now
  }

  isFresh(now: number, withinMs: number): boolean {
    return this.trouble === undefined && this.last !== undefined && now - this.last <= withinMs
  }

  /** The longest time without a sighting, until now or the end; undefined: not looked yet. */
  longestBlindMs(now: number): number | undefined {
    return this.last === undefined ? undefined : this.blindMs(this.ended ?? now)
  }

  private blindMs(now: number): number {
    return Math.max(this.longest, now - (this.last ?? now))
  }
}
