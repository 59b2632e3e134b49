import type { Logger, SheddingMetrics } from '@drillbook/instrumentation'
import type { Class } from './importance.ts'

/**
 * What overload does to this instance: each event moves its metric; a limit that appears or goes also writes a log
 * line.
 */
export class OverloadEvents {
  private readonly metrics: SheddingMetrics
  private readonly logger: Logger
  private limiting = false

  constructor(metrics: SheddingMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  shed(name: Class): void {
    this.metrics.shed(name)
  }

  /** The limit of now; Infinity: none. */
  limited(limit: number, sojournMs: number): void {
    const limiting = limit !== Number.POSITIVE_INFINITY
    this.metrics.limit(limit, sojournMs / 1_000)
    if (limiting === this.limiting) return
    this.limiting = limiting
    if (limiting) {
      this.logger.warn(
        { event: 'overload.began', limit, sojournMs },
        'more arrives than this instance can do: it sheds load',
      )
    } else {
      this.logger.info({ event: 'overload.ended' }, 'this instance takes everything again')
    }
  }
}
