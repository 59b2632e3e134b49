/** How often the clock is looked at. Arrivals of one tick start together: at 50/s that is one or none. Milliseconds. */
const TICK_MS = 5
/** A generator that starts journeys this late no longer measures the service but itself. Milliseconds. */
export const MAX_LAG_MS = 1_000
/** How long a lag is remembered, so that no scrape misses it. Milliseconds. */
const MEMORY_MS = 10_000
/**
 * Journeys under way at once: 60/s for the 30 s that the three requests of most visitors take at their deadline, and
 * 3/s who wait in line for two minutes and take another. Beyond it arrivals are dropped: invalid.
 */
const MAX_UNDER_WAY = 2_500

/**
 * Starts journeys at the ordered rate, whether or not earlier ones have ended (an open model, as users are). Notices
 * when it cannot keep up, and then says so instead of playing a softer load.
 */
export class Arrivals {
  /** Infinity while there are no arrivals. */
  private intervalMs: number
  private readonly start: () => Promise<void>
  private nextAt = 0
  private underWay = 0
  private timer: NodeJS.Timeout | undefined
  private late: { at: number; lagMs: number }[] = []
  private droppedAt = Number.NEGATIVE_INFINITY

  /** `perSecond`: 0 for no arrivals. `start` must not reject. */
  constructor(perSecond: number, start: () => Promise<void>) {
    this.intervalMs = 1_000 / perSecond
    this.start = start
  }

  begin(): void {
    this.nextAt = this.intervalMs === Number.POSITIVE_INFINITY ? this.intervalMs : performance.now()
    this.timer = setInterval(() => this.tick(), TICK_MS)
  }

  end(): void {
    clearInterval(this.timer)
  }

  /** Holds at once: of the wait for the next arrival, the same part is left at the new rate. */
  setRate(perSecond: number): void {
    const now = performance.now()
    const left = this.nextAt === Number.POSITIVE_INFINITY ? 1 : Math.max(0, (this.nextAt - now) / this.intervalMs)
    this.intervalMs = 1_000 / perSecond
    this.nextAt = perSecond === 0 ? Number.POSITIVE_INFINITY : now + left * this.intervalMs
  }

  /** The greatest lateness of the last 10 s, in milliseconds. */
  get lagMs(): number {
    const since = performance.now() - MEMORY_MS
    return Math.max(0, ...this.late.filter(({ at }) => at > since).map(({ lagMs }) => lagMs))
  }

  /** False for 10 s after it lagged too much or dropped an arrival. */
  get valid(): boolean {
    return this.lagMs <= MAX_LAG_MS && performance.now() - this.droppedAt > MEMORY_MS
  }

  private tick(): void {
    const now = performance.now()
    const lagMs = now - this.nextAt
    if (lagMs < 0) return
    this.remember(now, lagMs)
    // After a long stall the missed arrivals are left out: a burst of them would exceed the configured load.
    if (lagMs > MAX_LAG_MS) this.nextAt = now
    for (; this.nextAt <= now; this.nextAt += this.intervalMs) this.arrive(now)
  }

  private arrive(now: number): void {
    if (this.underWay >= MAX_UNDER_WAY) {
      this.droppedAt = now
      return
    }
    this.underWay += 1
    this.start().finally(() => {
      this.underWay -= 1
    })
  }

  /** Keeps the worst of each second only. */
  private remember(at: number, lagMs: number): void {
    const last = this.late.at(-1)
    if (last !== undefined && at - last.at < 1_000) last.lagMs = Math.max(last.lagMs, lagMs)
    else this.late = [...this.late.slice(-MEMORY_MS / 1_000), { at, lagMs }]
  }
}
