import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Order } from './order.ts'
import { FIND, type OrderRow, toOrder } from './order-row.ts'
import { type OrderStatus, type OrderTransition, TRANSITIONS } from './order-status.ts'

/**
 * NOTIFY carries the id of each order whose status changed. Not of new ones: they have no listeners, and commits that
 * notify run one by one.
 */
export const ORDER_CHANGED = 'order_changed'

const ADD: Statement = {
  name: 'order-add',
  operation: 'INSERT',
  collection: 'shop_order',
  text: `with added as (
      insert into shop_order (user_id, status, total, discount, coupon_issue_id) values ($1, $2, $3, $4, $5)
      returning id, version, status, created_at),
    changed as (insert into order_change (order_id, version, status) select id, version, status from added)
    select id, created_at as "createdAt" from added`,
}

const MOVE: Statement = {
  name: 'order-move',
  operation: 'UPDATE',
  collection: 'shop_order',
  text: `with moved as (
      update shop_order set status = $3, reason = $4, version = version + 1, changed_at = clock_timestamp()
      where id = $1 and status = any ($2) returning id, version, status, reason),
    changed as (
      insert into order_change (order_id, version, status, reason) select id, version, status, reason from moved)
    select pg_notify('${ORDER_CHANGED}', id::text) from moved`,
}

/** Word for word as the partial index has it. */
const UNPAID = TRANSITIONS.leftUnpaid.from.map((status) => `'${status}'`).join(', ')

/** They keep their reason: it is why they were never paid. */
const MOVE_UNPAID: Statement = {
  name: 'order-move-unpaid',
  operation: 'UPDATE',
  collection: 'shop_order',
  text: `with late as (
      select id from shop_order where status in (${UNPAID}) and changed_at <= now() - make_interval(secs => $2)
      order by changed_at limit $3 for update skip locked),
    moved as (
      update shop_order set status = $1, version = version + 1, changed_at = clock_timestamp()
      where id = any (array(select id from late)) and status in (${UNPAID})
      returning id, version, status, reason, coupon_issue_id),
    changed as (
      insert into order_change (order_id, version, status, reason) select id, version, status, reason from moved)
    select id, coupon_issue_id as "couponIssueId", pg_notify('${ORDER_CHANGED}', id::text) from moved`,
}

const COUNT_UNSETTLED: Statement = {
  name: 'order-count-unsettled',
  operation: 'SELECT',
  collection: 'shop_order',
  text: `select count(*)::integer as orders from shop_order
    where status = 'placed' and changed_at <= now() - make_interval(secs => $1)`,
}

export interface NewOrder {
  userId: number
  status: OrderStatus
  total: number
  discount: number
  couponIssueId: number | null
}

/** Orders. Throws DatabaseUnavailableError. */
export class OrderStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Without its items: these come with the stock (ProductStore.take). */
  async add(transaction: Transaction, order: NewOrder): Promise<{ id: number; createdAt: Date }> {
    const { userId, status, total, discount, couponIssueId } = order
    const values = [userId, status, total, discount, couponIssueId]
    const [row] = await transaction.query<{ id: number; createdAt: Date }>(ADD, values)
    if (row === undefined) throw new Error('an order was not added')
    return row
  }

  async find(id: number, transaction?: Transaction): Promise<Order | undefined> {
    const [row] = await (transaction ?? this.database).query<OrderRow>(FIND, [id])
    return row === undefined ? undefined : toOrder(row)
  }

  /** False, and nothing has changed: it is not in a status from which it could. */
  async move(
    transaction: Transaction,
    id: number,
    transition: OrderTransition,
    reason: string | null = null,
  ): Promise<boolean> {
    const { from, to } = TRANSITIONS[transition]
    return (await transaction.query(MOVE, [id, from, to, reason])).length === 1
  }

  /**
   * At most `limit` orders that were left unpaid for so long and that nobody is at work on: each is returned once,
   * ever.
   */
  async moveUnpaid(
    transaction: Transaction,
    seconds: number,
    limit: number,
  ): Promise<{ id: number; couponIssueId: number | null }[]> {
    const values = [TRANSITIONS.leftUnpaid.to, seconds, limit]
    return await transaction.query<{ id: number; couponIssueId: number | null }>(MOVE_UNPAID, values)
  }

  /** Orders that wait for the end of their payment for longer than this. */
  async countUnsettled(seconds: number): Promise<number> {
    return (await this.database.query<{ orders: number }>(COUNT_UNSETTLED, [seconds]))[0]?.orders ?? 0
  }
}
