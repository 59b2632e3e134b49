const UNITS: readonly [string, number][] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

/** Whole milliseconds the way Prometheus and Alertmanager write durations: 90000 is "1m30s", 0 is "0s". */
export function durationText(ms: number): string {
  let rest = ms
  let text = ''
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs)
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text === '' ? '0s' : text
}

/** A duration that was made `speed` times shorter, or why that is impossible. */
export type Scaled = { text: string } | { problem: string }

/**
 * `ms` divided by `speed`. Prometheus counts in whole milliseconds: anything finer would silently become another
 * duration than the one asked for, so it is a problem instead. 0 stays 0.
 */
export function scaleDuration(ms: number, speed: number): Scaled {
  const scaled = ms / speed
  const whole = Math.round(scaled)
  const asked = `${durationText(ms)} at speed ${speed} is ${scaled} ms`
  if (ms > 0 && scaled < 1) return { problem: `${asked}: below 1 ms` }
  // 1e-9: 600000 / 0.1 is not exactly 6000000 in binary.
  if (Math.abs(scaled - whole) > 1e-9 * Math.max(1, whole)) return { problem: `${asked}: not a whole number of ms` }
  return { text: durationText(whole) }
}
