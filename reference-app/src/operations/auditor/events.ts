import type { Logger } from '@drillbook/instrumentation'
import type { Broken, Invariant } from './invariant.ts'
import type { InvariantMetrics } from './metrics.ts'

/** What the auditor finds: the gauge says how much, the log when it begins and when it ends. */
export class AuditorEvents {
  private readonly metrics: InvariantMetrics
  private readonly logger: Logger
  private readonly broken = new Set<string>()

  constructor(metrics: InvariantMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  checked({ name, broken, table }: Invariant, { rows, keys }: Broken): void {
    this.metrics.violations(name, rows)
    this.metrics.checked(name, Date.now() / 1_000)
    if (rows > 0 && !this.broken.has(name)) {
      this.broken.add(name)
      this.logger.error(
        { event: 'invariant.broken', invariant: name, what: broken, table, rows, keys },
        'rows say what cannot be',
      )
    }
    if (rows === 0 && this.broken.delete(name)) {
      this.logger.info({ event: 'invariant.restored', invariant: name }, 'the rows are as they must be again')
    }
  }
}
