import type { Statement } from '../database/statement.ts'
import type { Transaction } from '../database/transaction.ts'
import type { NewEvent } from './outbox-event.ts'

const APPEND: Statement = {
  name: 'outbox-append',
  operation: 'INSERT',
  collection: 'outbox_event',
  text: 'insert into outbox_event (topic, key, payload) values ($1, $2, $3)',
}

/** Events on their way. Throws DatabaseUnavailableError. */
export class OutboxStore {
  /** Becomes visible to consumers by the commit, together with what it tells of, or never. */
  async append(transaction: Transaction, { topic, key, payload }: NewEvent): Promise<void> {
    await transaction.query(APPEND, [topic, key, payload])
  }
}
