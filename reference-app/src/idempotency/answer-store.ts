import type { Database } from '../database/database.ts'
import type { Statement } from '../database/statement.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Answer } from '../http/answer.ts'

/** What a key stands for: keys of other users, and of the same user for another route, are other keys. */
export interface Scope {
  userId: number
  route: string
  key: string
}

/** Requests that carry the same key wait for nobody: the lock is had at once or not at all, and given back at the end of the transaction. */
const LOCK: Statement = {
  name: 'idempotency-lock',
  operation: 'SELECT',
  collection: 'idempotent_answer',
  text: `select pg_try_advisory_xact_lock(hashtextextended($2 || ' ' || $3, $1)) as locked`,
}

const FIND: Statement = {
  name: 'idempotency-find',
  operation: 'SELECT',
  collection: 'idempotent_answer',
  text: `select request_hash as "requestHash", answer
    from idempotent_answer where user_id = $1 and route = $2 and key = $3`,
}

const KEEP: Statement = {
  name: 'idempotency-keep',
  operation: 'INSERT',
  collection: 'idempotent_answer',
  text: 'insert into idempotent_answer (user_id, route, key, request_hash, answer) values ($1, $2, $3, $4, $5)',
}

const FORGET: Statement = {
  name: 'idempotency-forget',
  operation: 'DELETE',
  collection: 'idempotent_answer',
  text: `delete from idempotent_answer where ctid = any (array(
    select ctid from idempotent_answer where created_at < now() - make_interval(hours => $1)
    order by created_at limit $2 for update skip locked)) returning 1`,
}

/** Answers that were given to requests with a key. Throws DatabaseUnavailableError. */
export class AnswerStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** False while another transaction has it. */
  async lock(transaction: Transaction, { userId, route, key }: Scope): Promise<boolean> {
    const [row] = await transaction.query<{ locked: boolean }>(LOCK, [userId, route, key])
    return row?.locked === true
  }

  async find(
    transaction: Transaction,
    { userId, route, key }: Scope,
  ): Promise<{ requestHash: string; answer: Answer } | undefined> {
    const [row] = await transaction.query<{ requestHash: string; answer: Answer }>(FIND, [userId, route, key])
    return row
  }

  async keep(transaction: Transaction, scope: Scope, requestHash: string, answer: Answer): Promise<void> {
    const { userId, route, key } = scope
    await transaction.query(KEEP, [userId, route, key, requestHash, JSON.stringify(answer)])
  }

  /** At most `limit`, the oldest first. How many it were. */
  async forgetOlderThan(hours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [hours, limit])).length
  }
}
