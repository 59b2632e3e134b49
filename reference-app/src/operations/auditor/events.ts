import type { Logger } from '@drillbook/instrumentation'
import type { Invariant } from './invariant.ts'
import type { InvariantMetrics } from './metrics.ts'

/** Keys that the log names, for whoever begins to look. */
const NAMED = 10

/** What the auditor finds: the gauge says how much, the log when it begins and when it ends. */
export class AuditorEvents {
  private readonly metrics: InvariantMetrics
  private readonly logger: Logger
  private readonly broken = new Set<string>()

  constructor(metrics: InvariantMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  found({ name, broken, table }: Invariant, keys: ReadonlySet<number>): void {
    this.metrics.violations(name, keys.size)
    if (keys.size > 0 && !this.broken.has(name)) {
      this.broken.add(name)
      const some = [...keys].slice(0, NAMED)
      this.logger.error(
        { event: 'invariant.broken', invariant: name, what: broken, table, rows: keys.size, keys: some },
        'rows say what cannot be',
      )
    }
    if (keys.size === 0 && this.broken.delete(name)) {
      this.logger.info({ event: 'invariant.restored', invariant: name }, 'the rows are as they must be again')
    }
  }

  /** All of its subjects have been looked at since the last time. */
  passed({ name }: Invariant): void {
    this.metrics.checked(name, Date.now() / 1_000)
  }
}
