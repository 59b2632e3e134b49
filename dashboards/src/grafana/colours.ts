/** Grafana's named colours: they follow the light and dark theme. One meaning, one colour, on every dashboard. */
export const COLOURS = {
  good: 'green',
  /** As designed, though not the best outcome: a cache miss, a refusal by the business. */
  expected: 'blue',
  /** Protection is at work: a stale copy, a half-open breaker. */
  degraded: 'yellow',
  /** An operator chose it: the cache bypass. */
  chosen: 'purple',
  warning: 'orange',
  critical: 'red',
  bad: 'red',
  neutral: 'text',
} as const

/** The results of a cache lookup, in the order in which they are stacked: best at the bottom. */
export const LOOKUP_RESULTS = {
  hit: COLOURS.good,
  miss: COLOURS.expected,
  stale: COLOURS.degraded,
  bypass: COLOURS.chosen,
  error: COLOURS.bad,
} as const

/** The outcomes of an operation. A refusal is not a failure, so it must not look like one. */
export const OUTCOMES = { success: COLOURS.good, rejected: COLOURS.expected, failed: COLOURS.bad } as const
