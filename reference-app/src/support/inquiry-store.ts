import type { Statement } from '../database/statement.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Inquiry } from './inquiry.ts'
import type { Topic } from './topics.ts'

const ADD: Statement = {
  name: 'support-inquiry-add',
  operation: 'INSERT',
  collection: 'support_inquiry',
  text: 'insert into support_inquiry (topic, message) values ($1, $2) returning id, at',
}

/** Inquiries. Throws DatabaseUnavailableError. */
export class InquiryStore {
  async add(transaction: Transaction, topic: Topic, message: string | null): Promise<Inquiry> {
    const [row] = await transaction.query<{ id: number; at: Date }>(ADD, [topic, message])
    if (row === undefined) throw new Error('an inquiry was not added')
    return { id: row.id, topic, message, at: row.at.toISOString() }
  }
}
