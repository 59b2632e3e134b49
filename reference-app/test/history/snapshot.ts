import { Client } from 'pg'
import { now } from './history.ts'

export interface Entry {
  id: number
  userId: number
  kind: string
  amount: number
  balanceAfter: number
}

export interface ReservationRow {
  id: number
  userId: number
  scheduleId: number
  seatId: number
  status: 'held' | 'paid' | 'expired'
  price: number
  /** Start of the transaction, to the microsecond: what one request has reserved has the same. */
  batch: string
  createdAt: number
  expiresAt: number
}

export interface PaymentRow {
  id: number
  reservationId: number
  entryId: number
  userId: number
  amount: number
  paidAt: number
}

export interface ProductRow {
  id: number
  stock: number
  initialStock: number
}

export interface OrderRow {
  id: number
  userId: number
  status: string
  total: number
  discount: number
  issueId: number | null
  createdAt: number
  items: { productId: number; quantity: number; price: number }[]
}

export interface CouponRow {
  id: number
  limit: number
  issued: number
}

export interface IssueRow {
  id: number
  couponId: number
  userId: number
  used: boolean
  issuedAt: number
}

export interface OrderPaymentRow {
  id: number
  orderId: number
  amount: number
  state: string
  provider: string | null
}

export interface SalesRow {
  productId: number
  quantity: number
}

/** All rows as they were at one moment, which is after `startedAt` and before `readAt`. Times in milliseconds since 1970. */
export interface Snapshot {
  startedAt: number
  readAt: number
  balances: Map<number, number>
  /** By id. */
  entries: Entry[]
  reservations: ReservationRow[]
  payments: PaymentRow[]
  products: ProductRow[]
  orders: OrderRow[]
  coupons: CouponRow[]
  issues: IssueRow[]
  orderPayments: OrderPaymentRow[]
  sales: SalesRow[]
  /** What the events say that the sales were counted from. */
  salesTold: SalesRow[]
  /** Not taken by all of their consumers yet. */
  pendingEvents: number
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`

const BALANCES = 'select user_id as "userId", amount from balance'
const ENTRIES = `select id, user_id as "userId", kind, amount, balance_after as "balanceAfter" from balance_entry order by id`
const RESERVATIONS = `select id, user_id as "userId", schedule_id as "scheduleId", seat_id as "seatId", status, price, created_at::text as batch,
    ${ms('created_at')} as "createdAt", ${ms('expires_at')} as "expiresAt" from reservation order by id`
const PAYMENTS = `select id, reservation_id as "reservationId", entry_id as "entryId", user_id as "userId", amount,
    ${ms('paid_at')} as "paidAt" from payment order by id`
const PRODUCTS = 'select id, stock, initial_stock as "initialStock" from product order by id'
const ORDERS = `select id, user_id as "userId", status, total, discount, coupon_issue_id as "issueId", ${ms('created_at')} as "createdAt",
    (select coalesce(json_agg(json_build_object('productId', product_id, 'quantity', quantity, 'price', price)
      order by product_id), '[]') from order_item where order_id = shop_order.id) as items
    from shop_order order by id`
const COUPONS = 'select id, "limit", issued from coupon order by id'
const ISSUES = `select id, coupon_id as "couponId", user_id as "userId", used_at is not null as used,
    ${ms('issued_at')} as "issuedAt" from coupon_issue order by id`
const ORDER_PAYMENTS = 'select id, order_id as "orderId", amount, state, provider from order_payment order by id'
const SALES = 'select product_id as "productId", quantity::integer from product_sales'
const SALES_TOLD = `select (item ->> 'productId')::integer as "productId", sum((item ->> 'quantity')::integer)::integer as quantity
    from consumed_event join outbox_event on outbox_event.id = event_id, json_array_elements(payload -> 'items') as item
    where consumer = 'product-sales' group by 1`
const PENDING = 'select count(*)::integer as events from outbox_event where published_at is null'

/** Rejects when Postgres does not answer. */
export async function takeSnapshot(databaseUrl: string): Promise<Snapshot> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'history-checker',
    connectionTimeoutMillis: 2_000,
    query_timeout: 5_000,
  })
  client.on('error', () => undefined) // reported by the query
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const startedAt = now()
    const balances = await client.query<{ userId: number; amount: number }>(BALANCES)
    const { rows: entries } = await client.query<Entry>(ENTRIES)
    const { rows: reservations } = await client.query<ReservationRow>(RESERVATIONS)
    const { rows: payments } = await client.query<PaymentRow>(PAYMENTS)
    const { rows: products } = await client.query<ProductRow>(PRODUCTS)
    const { rows: orders } = await client.query<OrderRow>(ORDERS)
    const { rows: coupons } = await client.query<CouponRow>(COUPONS)
    const { rows: issues } = await client.query<IssueRow>(ISSUES)
    const { rows: orderPayments } = await client.query<OrderPaymentRow>(ORDER_PAYMENTS)
    const { rows: sales } = await client.query<SalesRow>(SALES)
    const { rows: salesTold } = await client.query<SalesRow>(SALES_TOLD)
    const { rows: pending } = await client.query<{ events: number }>(PENDING)
    await client.query('commit')
    const readAt = now()
    return {
      startedAt,
      readAt,
      balances: new Map(balances.rows.map(({ userId, amount }) => [userId, amount])),
      entries,
      reservations,
      payments,
      products,
      orders,
      coupons,
      issues,
      orderPayments,
      sales,
      salesTold,
      pendingEvents: pending[0]?.events ?? 0,
    }
  } finally {
    await client.end().catch(() => undefined) // a server that is gone closes nothing
  }
}
