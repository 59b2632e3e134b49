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

export interface GivenAnswer {
  requestHash: string
  answer: Answer
}

const SCOPES = 'unnest($1::integer[], $2::text[], $3::text[]) with ordinality as scope (user_id, route, key, place)'

/**
 * Requests that carry the same key never wait: the lock is taken at once or not at all, and released at the end of the
 * transaction.
 */
const LOCK: Statement = {
  name: 'idempotency-lock',
  operation: 'SELECT',
  collection: 'idempotent_answer',
  text: `select pg_try_advisory_xact_lock(hashtextextended(route || ' ' || key, user_id)) as locked from ${SCOPES} order by place`,
}

const FIND: Statement = {
  name: 'idempotency-find',
  operation: 'SELECT',
  collection: 'idempotent_answer',
  text: `select request_hash as "requestHash", answer
    from ${SCOPES} left join idempotent_answer using (user_id, route, key) order by place`,
}

const KEEP: Statement = {
  name: 'idempotency-keep',
  operation: 'INSERT',
  collection: 'idempotent_answer',
  text: `insert into idempotent_answer (user_id, route, key, request_hash, answer)
    select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::json[])`,
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

  /** For each, in their order: false while another transaction has it. */
  async lock(transaction: Transaction, scopes: readonly Scope[]): Promise<boolean[]> {
    const rows = await transaction.query<{ locked: boolean }>(LOCK, columnsOf(scopes))
    return rows.map(({ locked }) => locked)
  }

  /** For each, in their order; undefined: none was given. */
  async find(transaction: Transaction, scopes: readonly Scope[]): Promise<(GivenAnswer | undefined)[]> {
    type Row = { requestHash: string | null; answer: Answer }
    const rows = await transaction.query<Row>(FIND, columnsOf(scopes))
    return rows.map(({ requestHash, answer }) => (requestHash === null ? undefined : { requestHash, answer }))
  }

  async keep(transaction: Transaction, given: readonly (Scope & GivenAnswer)[]): Promise<void> {
    const hashes = given.map(({ requestHash }) => requestHash)
    const answers = given.map(({ answer }) => JSON.stringify(answer))
    await transaction.query(KEEP, [...columnsOf(given), hashes, answers])
  }

  /** Deletes at most `limit`, the oldest first. Returns the rows deleted. */
  async forgetOlderThan(hours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [hours, limit])).length
  }
}

function columnsOf(scopes: readonly Scope[]): [number[], string[], string[]] {
  return [scopes.map(({ userId }) => userId), scopes.map(({ route }) => route), scopes.map(({ key }) => key)]
}
