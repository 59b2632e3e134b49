import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Coupon, CouponIssue } from './coupon.ts'

const FIND: Statement = {
  name: 'coupon-find',
  operation: 'SELECT',
  collection: 'coupon',
  text: 'select id, name, discount, "limit", "limit" - issued as left from coupon where id = $1',
}

const HOLDERS: Statement = {
  name: 'coupon-holders',
  operation: 'SELECT',
  collection: 'coupon_issue',
  text: 'select user_id as "userId", used_at is not null as used from coupon_issue where coupon_id = $1 and user_id = any ($2)',
}

const ISSUE: Statement = {
  name: 'coupon-issue',
  operation: 'UPDATE',
  collection: 'coupon',
  text: 'select id, user_id as "userId", issued_at as "issuedAt" from issue_coupon($1, $2)',
}

const USE: Statement = {
  name: 'coupon-use',
  operation: 'UPDATE',
  collection: 'coupon_issue',
  text: `update coupon_issue set used_at = clock_timestamp() from coupon
    where coupon.id = coupon_id and coupon_id = $1 and user_id = $2 and used_at is null
    returning coupon_issue.id as "issueId", discount`,
}

const GIVE_BACK: Statement = {
  name: 'coupon-give-back',
  operation: 'UPDATE',
  collection: 'coupon_issue',
  text: 'update coupon_issue set used_at = null where id = any ($1)',
}

/** Coupons and who has them. Throws DatabaseUnavailableError. */
export class CouponStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Undefined: no such coupon. */
  async find(id: number, transaction?: Transaction): Promise<Coupon | undefined> {
    type Row = { id: number; name: string; discount: number; limit: number; left: number }
    return (await (transaction ?? this.database).query<Row>(FIND, [id]))[0]
  }

  /** Those of the users who have one, and whether they have used it. */
  async holders(transaction: Transaction, id: number, userIds: number[]): Promise<Map<number, { used: boolean }>> {
    const rows = await transaction.query<{ userId: number; used: boolean }>(HOLDERS, [id, userIds])
    return new Map(rows.map(({ userId, used }) => [userId, { used }]))
  }

  /** To as many of these users, each once, as there are coupons left, in their order, but not to those who have one. */
  async issue(transaction: Transaction, id: number, userIds: number[]): Promise<CouponIssue[]> {
    const rows = await transaction.query<{ id: number; userId: number; issuedAt: Date }>(ISSUE, [id, userIds])
    return rows.map((row) => ({ id: row.id, couponId: id, userId: row.userId, issuedAt: row.issuedAt.toISOString() }))
  }

  /** Undefined, and nothing has changed: the user has none, or has used it. */
  async use(
    transaction: Transaction,
    id: number,
    userId: number,
  ): Promise<{ issueId: number; discount: number } | undefined> {
    return (await transaction.query<{ issueId: number; discount: number }>(USE, [id, userId]))[0]
  }

  /** They can be used again. */
  async giveBack(transaction: Transaction, issueIds: number[]): Promise<void> {
    await transaction.query(GIVE_BACK, [issueIds])
  }
}
