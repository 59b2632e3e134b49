import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'

/** Orders of one statement: some twenty thousand rows, well below 200 ms. */
const SLICE = 10_000
/**
 * Above what a transaction with its statements can take (some twelve of at most 2 s, with pauses of at most 5 s) and a replica that is read may lag: no
 * order with a smaller id appears any more, and wherever it is read, a change of that age has happened.
 */
const SETTLED_SECONDS = 120

const SETTLED = `< now() - interval '${SETTLED_SECONDS} seconds'`

const NEXT: Statement = {
  name: 'paid-pieces-next',
  operation: 'SELECT',
  collection: 'shop_order',
  text: `with picked as (select id, created_at ${SETTLED} as settled from shop_order where id > $1 order by id limit $2)
    select max(id) as id from picked where id < coalesce((select min(id) from picked where not settled), 'infinity'::float8)`,
}

const among = (name: string, amongOrders: (column: string) => string): Statement => ({
  name,
  operation: 'SELECT',
  collection: 'shop_order',
  text: `with looked as materialized (
      select id, status, status in ('paid', 'cancelled') and changed_at ${SETTLED} as final from shop_order where ${amongOrders('id')})
    select product_id as product, sum(quantity)::float8 as quantity, null as open
      from looked join order_item on order_id = id
      where final and status = 'paid' and ${amongOrders('order_id')} group by product_id
    union all select null, null, id from looked where not final`,
})
const IN_SLICE = among('paid-pieces-slice', (column) => `${column} > $1 and ${column} <= $2`)
const OF_THESE = among('paid-pieces-these', (column) => `${column} = any ($1::integer[])`)

type Row = { product: number; quantity: number; open: null } | { product: null; quantity: null; open: number }

/** What some orders say at one moment. */
export interface Counted {
  /** Pieces that are paid for, by product: orders of which nothing changes any more. */
  paid: Map<number, number>
  /** The other orders. */
  open: number[]
}

/** Orders, to be counted in slices. Throws as the database. */
export class PaidPiecesStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** The last of the orders that follow, none of them so young that one before it may yet appear. Undefined: there are none. */
  async next(after: number): Promise<number | undefined> {
    const [row] = await this.database.read<{ id: number | null }>(NEXT, [after, SLICE])
    return row?.id ?? undefined
  }

  /** `after` < id <= `upTo`. */
  async inSlice(after: number, upTo: number): Promise<Counted> {
    return countedOf(await this.database.read<Row>(IN_SLICE, [after, upTo]))
  }

  async ofThese(orders: readonly number[]): Promise<Counted> {
    return countedOf(await this.database.read<Row>(OF_THESE, [orders]))
  }
}

function countedOf(rows: Row[]): Counted {
  const paid = rows.flatMap((row) => (row.product === null ? [] : [[row.product, row.quantity] as const]))
  return { paid: new Map(paid), open: rows.flatMap(({ open }) => (open === null ? [] : [open])) }
}
