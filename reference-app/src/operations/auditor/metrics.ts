import { gauge, type MetricsRegistry } from '@drillbook/instrumentation'

export interface InvariantMetricsOptions {
  /** What must be true, in snake_case: the `invariant` label. */
  invariants: readonly string[]
}

export interface InvariantMetrics {
  /** How many rows break it. Not called while the query fails: the last value stays. */
  violations(invariant: string, rows: number): void
  /** @param atSeconds when the last check of all of its rows ended, in seconds since 1970 */
  checked(invariant: string, atSeconds: number): void
}

/**
 * Metrics of invariants, for the process that audits. All series exist from the start, at 0; never checked is 0, too.
 */
export function invariantMetrics(registry: MetricsRegistry, { invariants }: InvariantMetricsOptions): InvariantMetrics {
  const violations = gauge(registry, {
    name: 'invariant_violations',
    help: 'Rows that break an invariant, as found last; 0 before the first look',
    labelNames: ['invariant'],
  })
  const checked = gauge(registry, {
    name: 'invariant_checked_timestamp_seconds',
    help: 'When the last look at all rows of an invariant ended; 0 is never',
    labelNames: ['invariant'],
  })
  for (const invariant of invariants) {
    violations.set({ invariant }, 0)
    checked.set({ invariant }, 0)
  }
  return {
    violations: (invariant, rows) => violations.set({ invariant }, rows),
    checked: (invariant, atSeconds) => checked.set({ invariant }, atSeconds),
  }
}
