import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Inquiry } from './inquiry.ts'
import type { Topic } from './topics.ts'

const ADD: Statement = {
  name: 'support-inquiry-add',
  operation: 'INSERT',
  collection: 'support_inquiry',
  text: 'insert into support_inquiry (topic, message) values ($1, $2) returning id, at',
}

const FORGET: Statement = {
  name: 'support-inquiry-forget',
  operation: 'DELETE',
  collection: 'support_inquiry',
  text: `delete from support_inquiry where ctid = any (array(
    select ctid from support_inquiry where at < now() - make_interval(days => $1)
    order by at limit $2 for update skip locked)) returning 1`,
}

/** Inquiries. Throws DatabaseUnavailableError. */
export class InquiryStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  async add(transaction: Transaction, topic: Topic, message: string | null): Promise<Inquiry> {
    const [row] = await transaction.query<{ id: number; at: Date }>(ADD, [topic, message])
    if (row === undefined) throw new Error('an inquiry was not added')
    return { id: row.id, topic, message, at: row.at.toISOString() }
  }

  /** Deletes at most `limit` that are so old, the oldest first. How many. */
  async forget(olderThanDays: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [olderThanDays, limit])).length
  }
}
