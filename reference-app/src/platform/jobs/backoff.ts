/** Share by which pauses vary, so that what failed together does not come back together. */
const JITTER = 0.3

/** Pause before the next attempt, in seconds: doubles with each from `first` on, up to `max`, +-30 %. */
export function backoffSeconds(attempts: number, first: number, max: number): number {
  return Math.min(max, first * 2 ** Math.min(attempts - 1, 30)) * (1 - JITTER + 2 * JITTER * Math.random())
}
