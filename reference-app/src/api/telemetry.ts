import {
  type CacheMetrics,
  cacheMetrics,
  createLogger,
  createRegistry,
  deploymentInfo,
  type HttpMetrics,
  httpMetrics,
  type Logger,
  type MetricsRegistry,
  metricsHandler,
  type OutcomeMetrics,
  outcomeMetrics,
  runtimeMetrics,
} from '@drillbook/instrumentation'
import { OPERATIONS } from '../http/operation-names.ts'
import type { Config } from './config.ts'
import { LOG_EVENTS } from './log-events.ts'

const SERVICE = 'reference-app'

/** The metrics and the log of one instance. Metrics of a part that is made later are added to `registry` by that part. */
export interface Telemetry {
  registry: MetricsRegistry
  logger: Logger
  http: HttpMetrics
  outcomes: OutcomeMetrics
  cache: CacheMetrics
  serveMetrics: ReturnType<typeof metricsHandler>
}

export function createTelemetry({ instance, version, logLevel }: Config): Telemetry {
  const registry = createRegistry({ service: SERVICE, instance })
  deploymentInfo(registry, { version })
  runtimeMetrics(registry)
  return {
    registry,
    logger: createLogger({ service: SERVICE, instance, level: logLevel, registry, events: LOG_EVENTS }),
    http: httpMetrics(registry),
    outcomes: outcomeMetrics(registry, { operations: OPERATIONS }),
    cache: cacheMetrics(registry, { cache: 'catalogue' }),
    serveMetrics: metricsHandler(registry),
  }
}
