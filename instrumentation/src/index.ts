/**
 * Metrics, logs and trace helpers for a Node service. Traces themselves start with `--import
 * @drillbook/instrumentation/register`.
 */
export { boundedLabel } from './bounded-label.ts'
export { type CacheLookup, type CacheMetrics, type CacheMetricsOptions, cacheMetrics } from './cache/metrics.ts'
export { children } from './children.ts'
export { errorType } from './error-type.ts'
export { answerGivenAt } from './http/answer-given.ts'
export { type ConnectionMetrics, connectionMetrics, type UnreadableStatus } from './http/connections.ts'
export { type HttpMetrics, httpMetrics } from './http/metrics.ts'
export { type SheddingMetrics, type SheddingMetricsOptions, sheddingMetrics } from './http/shedding.ts'
export { streamBegan, streamBeganAt } from './http/stream-began.ts'
export type { EventLevels, LogLevel } from './logs/events.ts'
export { createLogger, type Logger, type LoggerOptions } from './logs/logger.ts'
export { counter, gauge, histogram } from './metric.ts'
export { metricsHandler } from './metrics-handler.ts'
export {
  type PostgresMetrics,
  type PostgresMetricsOptions,
  type PostgresOperation,
  postgresMetrics,
} from './postgres/metrics.ts'
export type { PostgresPool } from './postgres/pool.ts'
export { type ReadFrom, type ReadMetrics, readMetrics } from './postgres/reads.ts'
export { createRegistry, type MetricsRegistry, type RegistryOptions } from './registry.ts'
export { type DeploymentInfo, deploymentInfo } from './runtime/deployment-info.ts'
export { runtimeMetrics } from './runtime/metrics.ts'
export { type ActiveTrace, activeTrace } from './trace-context.ts'
export { flushTraces } from './traces/flush-traces.ts'
export { samplingRatio, setSamplingRatio, thinTraces } from './traces/sampling-ratio.ts'
export { type JobMetrics, type JobMetricsOptions, type JobOutcome, jobMetrics } from './work/jobs.ts'
export { type OutboxMetrics, outboxMetrics } from './work/outbox.ts'
export { type Outcome, type OutcomeMetrics, type OutcomeMetricsOptions, outcomeMetrics } from './work/outcomes.ts'
