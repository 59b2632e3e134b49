/**
 * How long requests are in this process, over one interval. Everything that overload makes longer is in it: the event
 * loop, the pool, the processor that somebody else has. (The event loop's own delay was tried first and says nothing:
 * with 250 requests under way, each 60 ms in here, it was 2 ms late, because a request waits in many short turns.)
 */
export class Sojourn {
  private totalMs = 0
  private requests = 0

  add(ms: number): void {
    this.totalMs += ms
    this.requests += 1
  }

  get count(): number {
    return this.requests
  }

  /** The mean, and a new interval. 0 when nothing ended. Milliseconds. */
  next(): number {
    const mean = this.requests === 0 ? 0 : this.totalMs / this.requests
    this.totalMs = 0
    this.requests = 0
    return mean
  }
}
