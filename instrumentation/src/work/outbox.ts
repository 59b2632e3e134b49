import { gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

export interface OutboxMetrics {
  /**
   * Sets `outbox_pending` and `outbox_oldest_seconds`. Each process that measures reports the same table: take the
   * maximum of several, not the sum.
   *
   * @param pending events that are not published
   * @param oldestSeconds age of the oldest of them; 0 when there is none
   */
  backlog(pending: number, oldestSeconds: number): void
}

/** Metrics of a transactional outbox. Its series exist from the start, at 0. */
export function outboxMetrics(registry: MetricsRegistry): OutboxMetrics {
  const pending = gauge(registry, {
    name: 'outbox_pending',
    help: 'Events that wait for a consumer, those that nobody can take included',
  })
  const oldest = gauge(registry, {
    name: 'outbox_oldest_seconds',
    help: 'Age of the oldest event that waits, 0 when there is none',
  })
  pending.set(0)
  oldest.set(0)

  return {
    backlog: (count, oldestSeconds) => {
      pending.set(count)
      oldest.set(oldestSeconds)
    },
  }
}
