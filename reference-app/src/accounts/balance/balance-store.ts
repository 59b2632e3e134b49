import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'

const READ: Statement = {
  name: 'balance-read',
  operation: 'SELECT',
  collection: 'balance',
  text: 'select amount as balance from balance where user_id = $1',
}

/**
 * One statement: a concurrent request waits for the row, then adds to the balance that the first one left. No
 * conflicts.
 */
const CREDIT: Statement = {
  name: 'balance-credit',
  operation: 'UPDATE',
  collection: 'balance',
  text: `with credited as (
      insert into balance (user_id, amount) values ($1, $2)
      on conflict (user_id) do update set amount = balance.amount + excluded.amount
        where balance.amount <= $3 - excluded.amount
      returning user_id, amount)
    insert into balance_entry (user_id, kind, amount, balance_after)
    select user_id, 'recharge', $2, amount from credited
    returning balance_after as balance`,
}

/** Likewise: the guard reads the amount that it takes from. */
const DEBIT: Statement = {
  name: 'balance-debit',
  operation: 'UPDATE',
  collection: 'balance',
  text: `with debited as (
      update balance set amount = amount - $2 where user_id = $1 and amount >= $2
      returning user_id, amount)
    insert into balance_entry (user_id, kind, amount, balance_after)
    select user_id, 'payment', -$2::integer, amount from debited
    returning id`,
}

/** Balances and their ledger, which change together or not at all. Throws DatabaseUnavailableError. */
export class BalanceStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** 0 for who never recharged. */
  async read(userId: number): Promise<number> {
    const [row] = await this.database.query<{ balance: number }>(READ, [userId])
    return row?.balance ?? 0
  }

  /** The new balance. Undefined, and nothing has changed: it would be above `max`. */
  async credit(transaction: Transaction, userId: number, amount: number, max: number): Promise<number | undefined> {
    const [row] = await transaction.query<{ balance: number }>(CREDIT, [userId, amount, max])
    return row?.balance
  }

  /** The id of the ledger's entry. Undefined, and nothing has changed: there is not so much. */
  async debit(transaction: Transaction, userId: number, amount: number): Promise<number | undefined> {
    const [row] = await transaction.query<{ id: number }>(DEBIT, [userId, amount])
    return row?.id
  }
}
