import type { JobMetrics, Logger } from '@drillbook/instrumentation'

/**
 * What happens to one background job: each event moves its metric; a job that begins or ceases to fail also writes a
 * log line.
 */
export class JobEvents {
  private readonly job: string
  private readonly metrics: JobMetrics
  private readonly logger: Logger
  private failing = false

  constructor(job: string, metrics: JobMetrics, logger: Logger) {
    this.job = job
    this.metrics = metrics
    this.logger = logger
  }

  succeeded(): void {
    this.metrics.ran('success')
    if (this.failing) this.logger.info({ event: 'job.recovered', job: this.job }, 'a background job works again')
    this.failing = false
  }

  failed(error: unknown): void {
    this.metrics.ran('failed')
    if (!this.failing) this.logger.warn({ event: 'job.failed', job: this.job, err: error }, 'a background job failed')
    this.failing = true
  }

  /** Held back by an operator, or let go again. */
  paused(paused: boolean): void {
    this.metrics.paused(paused)
  }
}
