import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'
import type { MetricsRegistry } from '../registry.ts'
import { activeTrace } from '../trace-context.ts'
import { type EventLevels, type LogLevel, logEvents } from './events.ts'
import { standardOutput } from './standard-output.ts'

export type Logger = PinoLogger

export interface LoggerOptions {
  service: string
  instance: string
  /** Lines below are neither written nor counted. */
  level: LogLevel | 'silent'
  /** Where lines are counted by level and event. */
  registry: MetricsRegistry
  /** The service's events; see `logEvents`. Absent: the first 100 well-formed names count. */
  events?: EventLevels
  /** @default standard output; what waits there is written when the process ends, unless it is killed */
  destination?: DestinationStream
}

/** Secrets by the names under which headers and options carry them, at the top and up to two levels below. */
const SECRETS = ['authorization', 'Authorization', 'queue-token', 'QUEUE-TOKEN', 'queueToken', 'cookie', 'set-cookie']
const REDACTED = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])

/**
 * A pino logger: one JSON line each with `time` (ISO, UTC), `level` as a word, `service`, `instance`, and `trace_id`
 * and `span_id` of the active span. Log a sign that matters with a name, `logger.warn({ event: 'cache.breaker_opened'
 * }, 'cache breaker opened')`: it is counted in `log_events_total`.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { service, instance, level, registry, events, destination = standardOutput() } = options
  const count = logEvents(registry, events)
  const pinoOptions = {
    level,
    base: { service, instance },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    mixin(line: object, levelNumber: number) {
      count(pino.levels.labels[levelNumber] ?? 'other', 'event' in line ? line.event : undefined)
      const trace = activeTrace()
      return trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId }
    },
  }
  return pino(pinoOptions, destination)
}
