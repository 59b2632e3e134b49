import { type Request, Router } from 'express'
import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import { type Follow, followOrder, seenVersion } from './follow-order.ts'
import { EVENT_STREAM } from './order-stream.ts'
import { placeOrder, type Till } from './place-order.ts'
import { retryPayment } from './retry-payment.ts'
import { showOrder } from './show-order.ts'

export interface Ordering extends Till, Follow {}

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

/** From an order to its payment. */
export function orderRoutes(ordering: Ordering, context: OperationContext): Router {
  const router = Router()
  const orderIdOf = (request: Request) => parseId('orderId', request.params.orderId)

  router
    .route('/orders')
    .post(
      operation(context, 'order_place', async (request: Request) => {
        const order = parseBody(request, orderBody)
        return (await placeOrder(ordering, order, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))

  router
    .route('/orders/:orderId')
    .get(
      operation(context, 'order_read', async (request: Request) => ({
        status: 200,
        body: await showOrder(ordering.orders, orderIdOf(request)),
      })),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/orders/:orderId/payment')
    .post(
      operation(context, 'order_pay', async (request: Request) => {
        const orderId = orderIdOf(request)
        const { userId } = parseBody(request, paymentBody)
        return (await retryPayment(ordering, orderId, userId, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))

  router
    .route('/orders/:orderId/events')
    .get(
      operation(context, 'order_events', async (request: Request) => {
        const answer = await followOrder(ordering, orderIdOf(request), seenVersion(request.get('last-event-id')))
        // A stream without a body would hold its connection until the order ends.
        return request.method === 'HEAD' && 'stream' in answer ? { status: 200, headers: EVENT_STREAM } : answer
      }),
    )
    .all(methodNotAllowed('GET, HEAD'))

  return router
}
