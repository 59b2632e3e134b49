import { boundedLabel } from '../bounded-label.ts'
import { children } from '../children.ts'
import { counter } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/**
 * How an operation ended. `rejected`: the business said no, as designed (seat taken, bad input). `failed`: our fault, a
 * dependency's, or too little capacity. Alerts count `failed` only.
 */
export type Outcome = 'success' | 'rejected' | 'failed'

export interface OutcomeMetricsOptions {
  /**
   * Operations that exist from the start, with all outcomes at 0: a rate cannot see the first count of a series that
   * was not there.
   */
  operations?: readonly string[]
  /** Reasons that exist from the start, likewise, for each of `operations`. */
  reasons?: { rejected?: readonly string[]; failed?: readonly string[] }
}

export interface OutcomeMetrics {
  /**
   * Counts one ended operation in `operation_outcomes_total`.
   *
   * @param operation a name in snake_case, from a fixed set; the 101st becomes `other`
   * @param reason why, in snake_case, from a fixed set (never a message); the 101st becomes `other`. Empty when absent.
   */
  record(operation: string, outcome: Outcome, reason?: string): void
}

/**
 * Many operations and reasons for one service, few for a time-series database: 100 x 100 x 3 cannot be reached by
 * accident.
 */
const MAX_NAMES = 100

export function outcomeMetrics(registry: MetricsRegistry, options: OutcomeMetricsOptions = {}): OutcomeMetrics {
  const outcomes = counter(registry, {
    name: 'operation_outcomes_total',
    help: 'Ended operations by outcome: success, rejected (the business said no), failed (our fault or too little capacity)',
    labelNames: ['operation', 'outcome', 'reason'],
  })
  const operationLabel = boundedLabel({ max: MAX_NAMES })
  const reasonLabel = boundedLabel({ max: MAX_NAMES })
  const child = children((operation: string, outcome: Outcome, reason: string) =>
    outcomes.labels({ operation, outcome, reason }),
  )
  const record = (operation: string, outcome: Outcome, reason: string, count: number) =>
    child(operationLabel(operation), outcome, reasonLabel(reason)).inc(count)

  for (const operation of options.operations ?? []) {
    for (const outcome of ['success', 'rejected', 'failed'] as const) record(operation, outcome, '', 0)
    for (const reason of options.reasons?.rejected ?? []) record(operation, 'rejected', reason, 0)
    for (const reason of options.reasons?.failed ?? []) record(operation, 'failed', reason, 0)
  }
  return { record: (operation, outcome, reason = '') => record(operation, outcome, reason, 1) }
}
