import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { LastChange, OrderChange } from './order.ts'

const LAST: Statement = {
  name: 'order-change-last',
  operation: 'SELECT',
  collection: 'order_change',
  text: `select order_id as "orderId", order_change.version, order_change.status, order_change.reason, at, user_id as "userId"
    from order_change join shop_order on shop_order.id = order_id
    where order_id = $1 order by order_change.version desc limit 1`,
}

const SINCE: Statement = {
  name: 'order-change-since',
  operation: 'SELECT',
  collection: 'order_change',
  text: `select order_id as "orderId", order_change.version, status, reason, at
    from unnest($1::integer[], $2::integer[]) as seen (id, version) cross join lateral (
      select * from order_change where order_id = seen.id and order_change.version > seen.version offset 0) as order_change
    order by order_id, order_change.version`,
}

type Row<Change extends OrderChange> = Omit<Change, 'at'> & { at: Date }

const withTime = <T extends { at: Date }>({ at, ...row }: T) => ({ ...row, at: at.toISOString() })

/** What has become of orders. Throws DatabaseUnavailableError. */
export class OrderChangeStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Undefined: no such order. */
  async last(orderId: number): Promise<LastChange | undefined> {
    return (await this.database.query<Row<LastChange>>(LAST, [orderId])).map(withTime)[0]
  }

  /** Every later change of these orders, by order and version. */
  async since(seen: readonly { orderId: number; version: number }[]): Promise<OrderChange[]> {
    const values = [seen.map(({ orderId }) => orderId), seen.map(({ version }) => version)]
    return (await this.database.query<Row<OrderChange>>(SINCE, values)).map(withTime)
  }
}
