export type BreakerState = 'closed' | 'open' | 'half-open'

/** Calls in the window. 20 of 75/s per instance are the last quarter of a second. */
const WINDOW_CALLS = 20
/** Older calls say nothing about now. Milliseconds. */
const WINDOW_MS = 10_000
/** Fewer calls prove nothing: without this a single error would open the breaker. */
const VOLUME_THRESHOLD = 10
const FAILURE_RATIO = 0.5

/**
 * Closed: calls go through and are watched. Open: no call goes through. Half-open: one probe goes through and decides.
 * Who owns the breaker asks `allows` before each call, tells each result, and sends the probes from when `failed` says
 * that it opened: it never opens otherwise, so there is always somebody who probes. Times in milliseconds of one
 * monotonic clock. Results that arrive while it is not closed belong to calls from before: they are ignored.
 */
export class Breaker {
  private current: BreakerState = 'closed'
  private calls: { ok: boolean; at: number }[] = []

  get state(): BreakerState {
    return this.current
  }

  get allows(): boolean {
    return this.current === 'closed'
  }

  succeeded(at: number): void {
    this.remember(true, at)
  }

  /** True when this call opened it. */
  failed(at: number): boolean {
    if (this.current !== 'closed') return false
    this.remember(false, at)
    const failures = this.calls.filter((call) => !call.ok).length
    if (this.calls.length < VOLUME_THRESHOLD || failures / this.calls.length < FAILURE_RATIO) return false
    this.current = 'open'
    return true
  }

  /** Lets one probe through; `probed` must follow. */
  probe(): void {
    if (this.current === 'open') this.current = 'half-open'
  }

  probed(ok: boolean): void {
    if (this.current !== 'half-open') return
    if (ok) this.reset()
    else this.current = 'open'
  }

  /** Closed, with no memory. */
  reset(): void {
    this.current = 'closed'
    this.calls = []
  }
  private remember(ok: boolean, at: number): void {
    if (this.current !== 'closed') return
    this.calls.push({ ok, at })
    this.calls = this.calls.slice(-WINDOW_CALLS).filter((call) => call.at > at - WINDOW_MS)
  }
}
