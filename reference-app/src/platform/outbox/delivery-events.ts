import type { Logger, OutboxMetrics } from '@drillbook/instrumentation'
import type { Backlog, ClaimedEvent } from './delivery-store.ts'

/** What happens to events on their way. */
export class DeliveryEvents {
  private readonly metrics: OutboxMetrics
  private readonly logger: Logger

  constructor(metrics: OutboxMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  /** How many events wait, and for how long the oldest has waited. */
  measured({ pending, oldestSeconds }: Backlog): void {
    this.metrics.backlog(pending, oldestSeconds)
  }

  /** It will be tried again. */
  failed({ id, topic, key, attempts }: ClaimedEvent, error: unknown): void {
    const line = { event: 'outbox.delivery_failed', eventId: id, topic, key, attempts, err: error }
    this.logger.warn(line, 'an event could not be delivered')
  }

  /** As `failed`, and so often that an operator should look: it stays pending and is retried with long pauses. */
  stuck({ id, topic, key, attempts }: ClaimedEvent, error: unknown): void {
    const line = { event: 'outbox.event_stuck', eventId: id, topic, key, attempts, err: error }
    this.logger.error(line, 'an event cannot be delivered')
  }
}
