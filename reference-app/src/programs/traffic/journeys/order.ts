import { z } from 'zod'
import { FAILURE_REASONS } from '../../../commerce/payments/order-payment.ts'
import type { Visitor } from '../visitor.ts'
import { followOrder } from './follow-order.ts'

/** From the order load test: 500 users, 1 to 3 products, 1 to 5 pieces of each. */
const USERS = 500
const MAX_PRODUCTS = 3
const MAX_QUANTITY = 5
/** How many try again when their payment failed, and how often. */
const RETRY_RATIO = 0.7
const MAX_RETRIES = 2

const products = z.array(z.object({ id: z.int(), price: z.int(), available: z.boolean() }))
/** Ours; any other reason is the bank's. */
const FAILURES: readonly (string | null)[] = FAILURE_REASONS

const placed = z.object({ id: z.int() })

export async function order(visitor: Visitor): Promise<void> {
  await orderAs(visitor, visitor.upTo(USERS))
}

/**
 * Looks at the shop, orders, follows the order until it is paid; some pay again when that failed. Complains when that
 * is not the bank's doing.
 */
export async function orderAs(visitor: Visitor, userId: number, couponId?: number): Promise<void> {
  const all = await visitor.ask('product_list', { method: 'GET', path: '/api/v1/products' }, products)
  const wanted = visitor.some(all?.filter(({ available }) => available) ?? [], visitor.upTo(MAX_PRODUCTS))
  if (wanted.length === 0) return
  const orderItems = wanted.map(({ id, price }) => ({ productId: id, quantity: visitor.upTo(MAX_QUANTITY), price }))
  const json = { userId, orderItems, ...(couponId === undefined ? {} : { couponId }) }
  const mine = await visitor.ask('order_place', { method: 'POST', path: '/api/v1/orders', json }, placed)
  if (mine === undefined) return

  const path = `/api/v1/orders/${mine.id}`
  for (let retries = 0; ; retries++) {
    const rest = await followOrder(visitor, path)
    if (rest === 'still under way' || (rest !== undefined && FAILURES.includes(rest.reason)))
      visitor.complaint ??= 'payment'
    if (
      rest === 'still under way' ||
      rest?.status !== 'payment_failed' ||
      retries === MAX_RETRIES ||
      visitor.random() >= RETRY_RATIO
    )
      return
    const call = { method: 'POST', path: `${path}/payment`, json: { userId } } as const
    if ((await visitor.ask('order_pay', call, z.unknown())) === undefined) return
  }
}
