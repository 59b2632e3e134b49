import type { Logger, ReadMetrics } from '@drillbook/instrumentation'

/** `not_a_replica`: it was promoted, or never was one. */
export type ReplicaTrouble = 'lagging' | 'unreachable' | 'read_failed' | 'not_a_replica'

/** What happens to the replica: each event moves its metrics; becoming fit or unfit also writes a log line. */
export class ReplicaEvents {
  private readonly metrics: ReadMetrics
  private readonly logger: Logger

  constructor(metrics: ReadMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  checked(usable: boolean, lagMs: number): void {
    this.metrics.replica(usable, lagMs / 1_000)
  }

  fit(lagMs: number): void {
    this.metrics.replica(true, lagMs / 1_000)
    this.logger.info({ event: 'database.replica_fit', lagMs: Math.round(lagMs) }, 'the replica may be read from')
  }

  unfit(reason: ReplicaTrouble, lagMs: number, error: unknown): void {
    this.metrics.replica(false, lagMs / 1_000)
    const line = { event: 'database.replica_unfit', reason, lagMs: Math.round(lagMs) }
    this.logger.warn(error === undefined ? line : { ...line, err: error }, 'the primary stands in for the replica')
  }
}
