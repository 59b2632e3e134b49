import {
  createLogger,
  createRegistry,
  deploymentInfo,
  type EventLevels,
  type Logger,
  type LogLevel,
  type MetricsRegistry,
  metricsHandler,
  runtimeMetrics,
} from '@drillbook/instrumentation'

export interface ProcessTelemetryOptions {
  service: string
  instance: string
  version: string
  logLevel: LogLevel | 'silent'
  /** Every event that this process logs by name. */
  events: EventLevels
}

/** What every process of ours has. Metrics of a part that is made later are added to `registry` by that part. */
export interface ProcessTelemetry {
  registry: MetricsRegistry
  logger: Logger
  serveMetrics: ReturnType<typeof metricsHandler>
}

export function processTelemetry(options: ProcessTelemetryOptions): ProcessTelemetry {
  const { service, instance, version, logLevel, events } = options
  const registry = createRegistry({ service, instance })
  deploymentInfo(registry, { version })
  runtimeMetrics(registry)
  return {
    registry,
    logger: createLogger({ service, instance, level: logLevel, registry, events }),
    serveMetrics: metricsHandler(registry),
  }
}
