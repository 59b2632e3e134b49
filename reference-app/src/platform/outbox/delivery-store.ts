import type { Database } from '../database/database.ts'
import type { Statement } from '../database/statement.ts'
import type { Transaction } from '../database/transaction.ts'
import type { OutboxEvent } from './outbox-event.ts'

/** An event that this process delivers, until the claim lapses. `attempts`: claims so far, this one included. */
export interface ClaimedEvent extends OutboxEvent {
  attempts: number
}

export interface Backlog {
  pending: number
  /** How long the oldest has waited; 0: none waits. */
  oldestSeconds: number
}

/**
 * Each worker takes others: rows that are being claimed are passed over, claimed ones are left alone until the lease
 * ends.
 */
const CLAIM: Statement = {
  name: 'outbox-claim',
  operation: 'UPDATE',
  collection: 'outbox_event',
  text: `with due as (
      select id from outbox_event
      where published_at is null and next_attempt_at <= now() and (claimed_until is null or claimed_until <= now())
      order by next_attempt_at limit $1 for update skip locked)
    update outbox_event set attempts = attempts + 1, claimed_until = now() + make_interval(secs => $2)
    where id = any (array(select id from due))
    returning id::float8 as id, topic, key, payload, attempts`,
}

const CONSUME: Statement = {
  name: 'outbox-consume',
  operation: 'INSERT',
  collection: 'consumed_event',
  text: 'insert into consumed_event (consumer, event_id) values ($1, $2) on conflict do nothing returning 1',
}

const PUBLISH: Statement = {
  name: 'outbox-publish',
  operation: 'UPDATE',
  collection: 'outbox_event',
  text: `update outbox_event set published_at = now(), claimed_until = null, last_error = null
    where id = $1 and attempts = $2 and published_at is null`,
}

const RETRY_LATER: Statement = {
  name: 'outbox-retry-later',
  operation: 'UPDATE',
  collection: 'outbox_event',
  text: `update outbox_event
    set next_attempt_at = now() + make_interval(secs => $3), claimed_until = null, last_error = left($4, 500)
    where id = $1 and attempts = $2 and published_at is null`,
}

const BACKLOG: Statement = {
  name: 'outbox-backlog',
  operation: 'SELECT',
  collection: 'outbox_event',
  text: `select count(*)::int as pending, coalesce(extract(epoch from now() - min(created_at)), 0)::float as "oldestSeconds"
    from outbox_event where next_attempt_at is not null and published_at is null`,
}

const FORGET: Statement = {
  name: 'outbox-forget',
  operation: 'DELETE',
  collection: 'outbox_event',
  text: `with old as (
      select id from outbox_event where published_at < now() - make_interval(hours => $1)
      order by published_at limit $2 for update skip locked)
    delete from outbox_event where id = any (array(select id from old))
    returning 1`,
}

/** Events on their way to their consumers. Throws DatabaseUnavailableError. */
export class DeliveryStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** At most `limit` due events, for `leaseSeconds` by the clock of the database. */
  async claim(limit: number, leaseSeconds: number): Promise<ClaimedEvent[]> {
    return await this.database.query<ClaimedEvent>(CLAIM, [limit, leaseSeconds])
  }

  /** False: this consumer has taken the event before. A concurrent call waits for the end of this transaction. */
  async consume(transaction: Transaction, consumer: string, eventId: number): Promise<boolean> {
    return (await transaction.query(CONSUME, [consumer, eventId])).length === 1
  }

  /** Every consumer has taken it. Changes nothing when the claim has lapsed and another worker has it. */
  async publish({ id, attempts }: ClaimedEvent): Promise<void> {
    await this.database.query(PUBLISH, [id, attempts])
  }

  /** Likewise changes nothing when the claim has lapsed. */
  async retryLater({ id, attempts }: ClaimedEvent, delaySeconds: number, error: string): Promise<void> {
    await this.database.query(RETRY_LATER, [id, attempts, delaySeconds, error])
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.database.query<Backlog & Record<string, unknown>>(BACKLOG)
    return row ?? { pending: 0, oldestSeconds: 0 }
  }

  /** Deletes at most `limit` events that were published so long ago, with who consumed them. How many. */
  async forget(olderThanHours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [olderThanHours, limit])).length
  }
}
