import { boundedLabel, OTHER } from '../bounded-label.ts'
import { children } from '../children.ts'
import { counter } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** Each event that a service may log, and the level at which it does: what can be counted and alerted on. */
export type EventLevels = Readonly<Record<string, LogLevel>>

/** Dotted lower-case names, `cache.breaker_opened`. */
const EVENT = /^[a-z][a-z0-9_.]{0,63}$/

/** Without a declared list: more events than a service has, few enough for every level. */
const MAX_EVENTS = 100

/**
 * Counts written log lines in `log_events_total{level,event}`. A line without an event, with a malformed or an
 * undeclared one counts as `other`, so that `sum by (level)` is the number of lines.
 *
 * @param declared with a list, only its names count under their own name, and exist at 0 from the start; without, the
 * first 100 well-formed ones
 */
export function logEvents(
  registry: MetricsRegistry,
  declared: EventLevels | undefined,
): (level: string, event: unknown) => void {
  const lines = counter(registry, {
    name: 'log_events_total',
    help: 'Log lines written, by level and event',
    labelNames: ['level', 'event'],
  })
  const child = children((level: string, event: string) => lines.labels({ level, event }))
  const bounded = boundedLabel({ max: MAX_EVENTS, pattern: EVENT })
  const name =
    declared === undefined ? bounded : (event: string) => (Object.hasOwn(declared, event) ? bounded(event) : OTHER)

  for (const level of ['warn', 'error', 'fatal']) child(level, OTHER).inc(0)
  for (const [event, level] of Object.entries(declared ?? {})) child(level, name(event)).inc(0)
  return (level, event) => child(level, typeof event === 'string' && event !== '' ? name(event) : OTHER).inc()
}
