import { type CacheMetrics, cacheMetrics } from '@drillbook/instrumentation'
import { type ProcessTelemetry, processTelemetry } from '../process-telemetry.ts'
import type { Config } from './config.ts'
import { LOG_EVENTS } from './log-events.ts'

const SERVICE = 'worker'

/** The metrics and the log of one worker. */
export interface Telemetry extends ProcessTelemetry {
  cache: CacheMetrics
}

export function createTelemetry({ instance, version, logLevel }: Config): Telemetry {
  const base = processTelemetry({ service: SERVICE, instance, version, logLevel, events: LOG_EVENTS })
  return { ...base, cache: cacheMetrics(base.registry, { cache: 'catalogue', operations: ['del'] }) }
}
