import type { Database } from '../database/database.ts'
import { DatabaseUnavailableError } from '../database/errors.ts'
import { backoffSeconds } from '../jobs/backoff.ts'
import { WorkerPool } from '../jobs/worker-pool.ts'
import type { Consumer } from './consumer.ts'
import type { DeliveryEvents } from './delivery-events.ts'
import type { ClaimedEvent, DeliveryStore } from './delivery-store.ts'

/** Leaves 2 of the pool's 10 connections to claims and to the other jobs. */
const CONCURRENCY = 8
/**
 * How long the events of a worker that died stay claimed. Above what a consumer's few statements can take, each limited
 * to 2 s.
 */
const LEASE_SECONDS = 10
const FIRST_RETRY_SECONDS = 0.2
const MAX_RETRY_SECONDS = 30
/**
 * About two minutes of attempts: what still fails then, with a Postgres that answers, fails for a reason that time does
 * not mend.
 */
const STUCK_ATTEMPTS = 10
/** Long enough not to matter to the others, short enough that a mended consumer is noticed without a restart. */
const STUCK_RETRY_SECONDS = 300

export interface RelayParts {
  database: Database
  deliveries: DeliveryStore
  consumers: readonly Consumer[]
  events: DeliveryEvents
  /** There is more to deliver. */
  onMore: () => void
}

/** Brings events to their consumers: each at least once, in no promised order; what fails holds up nothing else. */
export class Relay {
  private readonly parts: RelayParts
  private readonly pool: WorkerPool<ClaimedEvent>

  constructor(parts: RelayParts) {
    this.parts = parts
    this.pool = new WorkerPool({
      size: CONCURRENCY,
      claim: (limit) => parts.deliveries.claim(limit, LEASE_SECONDS),
      handle: (event) => this.deliver(event),
      onMore: parts.onMore,
    })
  }

  /** Begins to deliver what is due. */
  async work(): Promise<void> {
    await this.pool.work()
  }

  async drained(): Promise<void> {
    await this.pool.drained()
  }

  private async deliver(event: ClaimedEvent): Promise<void> {
    try {
      for (const consumer of this.parts.consumers) {
        if (consumer.topics.includes(event.topic)) await this.deliverTo(consumer, event)
      }
      await this.parts.deliveries.publish(event)
    } catch (error) {
      await this.retryLater(event, error)
    }
  }

  /** The fact that it was consumed and its effect are one transaction: delivered again, it changes nothing. */
  private async deliverTo(consumer: Consumer, event: ClaimedEvent): Promise<void> {
    const { database, deliveries } = this.parts
    const isNew = await database.transaction(async (transaction) => {
      if (!(await deliveries.consume(transaction, consumer.name, event.id))) return false
      await consumer.consume(transaction, event)
      return true
    })
    if (isNew) consumer.committed?.(event)
  }

  private async retryLater(event: ClaimedEvent, error: unknown): Promise<void> {
    const isStuck = event.attempts >= STUCK_ATTEMPTS
    if (isStuck) this.parts.events.stuck(event, error)
    else this.parts.events.failed(event, error)
    // A held lock or an overload ends: then orders must not wait for minutes more.
    const mayEnd = error instanceof DatabaseUnavailableError
    const delay =
      isStuck && !mayEnd
        ? backoffSeconds(1, STUCK_RETRY_SECONDS, STUCK_RETRY_SECONDS)
        : backoffSeconds(event.attempts, FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS)
    const message = error instanceof Error ? error.message : String(error)
    // Without Postgres nothing can be written down; then the claim lapses, and that is as good.
    await this.parts.deliveries.retryLater(event, delay, message).catch(() => undefined)
  }
}
