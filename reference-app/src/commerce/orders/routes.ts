import type { Request } from 'express'
import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { type Follow, followOrder, seenVersion } from './follow-order.ts'
import { EVENT_STREAM } from './order-stream.ts'
import { type OrderPlacement, placeOrder } from './place-order.ts'
import { retryPayment } from './retry-payment.ts'
import { showOrder } from './show-order.ts'

export interface Ordering extends OrderPlacement, Follow {}

/** Far above what the load tests order (3 items of 5), and with the highest price at most 1,000,000,000 won in all. */
const MAX_ITEMS = 20
const MAX_QUANTITY = 100
/** As the table has it. Won. */
const MAX_PRICE = 500_000

const item = z.strictObject({
  productId: id,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  price: z.int().min(1).max(MAX_PRICE),
})
const orderBody = z.strictObject({
  userId: id,
  orderItems: z.array(item).min(1).max(MAX_ITEMS),
  couponId: id.optional(),
})
const paymentBody = z.strictObject({ userId: id })

const orderIdOf = ({ params }: Request) => parseId('orderId', params.orderId)

/** From an order to its payment. */
export const ORDER_OPERATIONS = {
  order_place: {
    method: 'POST',
    path: '/api/v1/orders',
    class: 'purchase',
    answer: async (request, ordering) => {
      const order = parseBody(request, orderBody)
      return (await placeOrder(ordering, order, idempotencyKeyOf(request))).answer
    },
  },
  order_read: {
    method: 'GET',
    path: '/api/v1/orders/:orderId',
    class: 'payment',
    answer: async (request, { orders }) => ({ status: 200, body: await showOrder(orders, orderIdOf(request)) }),
  },
  order_pay: {
    method: 'POST',
    path: '/api/v1/orders/:orderId/payment',
    class: 'payment',
    answer: async (request, ordering) => {
      const orderId = orderIdOf(request)
      const { userId } = parseBody(request, paymentBody)
      return (await retryPayment(ordering, orderId, userId, idempotencyKeyOf(request))).answer
    },
  },
  order_events: {
    method: 'GET',
    path: '/api/v1/orders/:orderId/events',
    class: 'payment',
    stream: true,
    answer: async (request, ordering) => {
      const answer = await followOrder(ordering, orderIdOf(request), seenVersion(request.get('last-event-id')))
      // A stream without a body would hold its connection until the order ends.
      return request.method === 'HEAD' && 'stream' in answer ? { status: 200, headers: EVENT_STREAM } : answer
    },
  },
} satisfies Operations<Ordering>
