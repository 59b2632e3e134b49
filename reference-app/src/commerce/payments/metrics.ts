import { boundedLabel, children, counter, type MetricsRegistry, type Outcome } from '@drillbook/instrumentation'

export interface PaymentMetricsOptions {
  /** Reasons that exist from the start, at 0: a rate cannot see the first count of a series that was not there. */
  reasons?: { rejected?: readonly string[]; failed?: readonly string[] }
}

export interface PaymentMetrics {
  /**
   * Counts one attempt to pay in `payment_attempts_total`, once, when it is known how it ended.
   *
   * @param reason why, in snake_case, from a fixed set (never a message); the 101st becomes `other`. Empty when absent.
   */
  attempted(outcome: Outcome, reason?: string): void
}

const MAX_REASONS = 100

/**
 * Metrics of payments, whoever takes the money. `rejected` is a refusal (no balance, paid before); alerts count
 * `failed` only.
 */
export function paymentMetrics(
  registry: MetricsRegistry,
  { reasons = {} }: PaymentMetricsOptions = {},
): PaymentMetrics {
  const attempts = counter(registry, {
    name: 'payment_attempts_total',
    help: 'Attempts to pay by outcome: success, rejected (the business said no), failed (our fault or a dependency)',
    labelNames: ['outcome', 'reason'],
  })
  const reasonLabel = boundedLabel({ max: MAX_REASONS })
  const child = children((outcome: Outcome, reason: string) => attempts.labels({ outcome, reason }))
  const record = (outcome: Outcome, reason: string, count: number) => child(outcome, reasonLabel(reason)).inc(count)

  for (const outcome of ['success', 'rejected', 'failed'] as const) record(outcome, '', 0)
  for (const reason of reasons.rejected ?? []) record('rejected', reason, 0)
  for (const reason of reasons.failed ?? []) record('failed', reason, 0)
  return { attempted: (outcome, reason = '') => record(outcome, reason, 1) }
}
