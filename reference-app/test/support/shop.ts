import { createLogger, createRegistry } from '@drillbook/instrumentation'
import { CouponStore } from '../../src/commerce/coupons/coupon-store.ts'
import { OrderEvents } from '../../src/commerce/orders/events.ts'
import { orderSettlement } from '../../src/commerce/orders/order-settlement.ts'
import { OrderStore } from '../../src/commerce/orders/order-store.ts'
import { productSales } from '../../src/commerce/products/product-sales.ts'
import { ProductSalesStore } from '../../src/commerce/products/product-sales-store.ts'
import { ProductStore } from '../../src/commerce/products/product-store.ts'
import { Database } from '../../src/platform/database/database.ts'
import type { Statement } from '../../src/platform/database/statement.ts'
import type { Consumer } from '../../src/platform/outbox/consumer.ts'
import type { OutboxEvent } from '../../src/platform/outbox/outbox-event.ts'
import { OutboxStore } from '../../src/platform/outbox/outbox-store.ts'
import type { Api, Reply } from './api.ts'
import type { Postgres } from './postgres.ts'

export interface OrderBody {
  id: number
  status: string
  total: number
  discount: number
  reason: string | null
  items: { productId: number; quantity: number; price: number }[]
}

export const orderOf = ({ body }: Reply) => body as OrderBody

/** `lines`: [product, pieces], at the price of the cheap products unless told otherwise. */
export async function order(
  api: Api,
  userId: number,
  lines: [productId: number, quantity: number, price?: number][],
  { couponId, key }: { couponId?: number; key?: string } = {},
): Promise<Reply> {
  const orderItems = lines.map(([productId, quantity, price = 1]) => ({ productId, quantity, price }))
  const body = { userId, orderItems, ...(couponId === undefined ? {} : { couponId }) }
  return await api.post('/orders', body, key === undefined ? {} : { 'idempotency-key': key })
}

export async function statusOf(api: Api, orderId: number): Promise<string> {
  return orderOf(await api.call(`/api/v1/orders/${orderId}`)).status
}

const statement = (name: string, operation: Statement['operation'], text: string): Statement => {
  return { name, operation, collection: 'outbox_event', text }
}
const TAKE = statement(
  'test-consumed-add',
  'INSERT',
  'insert into consumed_event (consumer, event_id) values ($1, $2) on conflict do nothing returning event_id',
)
const EVENTS = statement(
  'test-events',
  'SELECT',
  'select id::float8, topic, key, payload from outbox_event order by outbox_event.id',
)
const END = statement(
  'test-payment-end',
  'UPDATE',
  `with ended as (
      update order_payment set state = $2, reason = $3, provider = case when $2 = 'failed' then null else 'primary' end,
        next_attempt_at = null, ended_at = clock_timestamp()
      where order_id = $1 and state = 'requested' returning *)
    insert into outbox_event (topic, key, payload)
    select 'payment.' || $2, 'order:' || $1, json_strip_nulls(json_build_object(
      'paymentId', id, 'orderId', order_id, 'userId', user_id, 'amount', amount, 'reason', $3::text)) from ended
    returning id`,
)

/** The back of the shop in the process of the test: ends payments as it is told to, and feeds the shop's consumers. */
export class BackOffice {
  readonly database: Database
  readonly orders: OrderStore
  readonly products: ProductStore
  readonly coupons: CouponStore
  readonly orderEvents: OrderEvents
  readonly consumers: Consumer[]

  constructor({ url }: Postgres) {
    const registry = createRegistry({ service: 'test' })
    this.database = new Database({ url, applicationName: 'back-office', registry, onIdleError: () => undefined })
    this.orders = new OrderStore(this.database)
    this.products = new ProductStore(this.database)
    this.coupons = new CouponStore(this.database)
    this.orderEvents = new OrderEvents(createLogger({ service: 'test', instance: 'test', level: 'silent', registry }))
    this.consumers = [
      orderSettlement({ orders: this.orders, outbox: new OutboxStore(), orderEvents: this.orderEvents }),
      productSales(new ProductSalesStore(this.database)),
    ]
  }

  /** The payment of the order ends so, and everybody who cares hears of it. */
  async endPayment(orderId: number, state: 'succeeded' | 'declined' | 'failed', reason?: string): Promise<void> {
    await this.database.query(END, [orderId, state, state === 'succeeded' ? null : (reason ?? 'no_funds')])
    await this.consumeAll()
  }

  /** Every event there is, by every consumer that has not had it, until there are no more. */
  async consumeAll(): Promise<void> {
    let consumed = 0
    do {
      consumed = 0
      for (const event of await this.database.query<OutboxEvent & Record<string, unknown>>(EVENTS)) {
        for (const consumer of this.consumers.filter(({ topics }) => topics.includes(event.topic))) {
          if (await this.consume(consumer, event)) consumed += 1
        }
      }
    } while (consumed > 0)
  }

  async close(): Promise<void> {
    await this.database.close()
  }

  private async consume(consumer: Consumer, event: OutboxEvent): Promise<boolean> {
    return await this.database.transaction(async (transaction) => {
      if ((await transaction.query(TAKE, [consumer.name, event.id])).length === 0) return false
      await consumer.consume(transaction, event)
      return true
    })
  }
}
