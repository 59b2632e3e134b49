import type { Transaction } from '../../platform/database/transaction.ts'
import type { Answer } from '../../platform/http/answer.ts'
import type { Mutated } from '../../platform/idempotency/mutations.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { Order } from './order.ts'
import type { OrderPlacement } from './place-order.ts'
import { showOrder } from './show-order.ts'

/**
 * Asks once more for the payment of an order whose last one came to nothing. Throws `order_not_found`, also for
 * somebody else's, `already_paid`, `payment_in_progress` or `order_cancelled`.
 */
export async function retryPayment(
  placement: OrderPlacement,
  orderId: number,
  userId: number,
  key: string | undefined,
): Promise<Mutated> {
  const mutation = { userId, route: 'POST /orders/{orderId}/payment', key, request: { orderId } }
  const mutated = await placement.mutations.run(mutation, (transaction) =>
    retry(placement, transaction, orderId, userId),
  )
  if (!mutated.replayed) placement.orderEvents.paymentRetried(mutated.answer.body as Order)
  return mutated
}

async function retry(
  placement: OrderPlacement,
  transaction: Transaction,
  orderId: number,
  userId: number,
): Promise<Answer> {
  await showOrder(placement.orders, orderId, userId, transaction)
  const moved = await placement.orders.move(transaction, orderId, 'paymentRetried')
  const order = await showOrder(placement.orders, orderId, userId, transaction)
  if (!moved) throw notRetried(order)
  await placement.paymentRequests.requestPayment(transaction, { orderId, userId, amount: order.total })
  return { status: 202, body: order, headers: { location: `/api/v1/orders/${orderId}` } }
}

function notRetried({ id, status }: Order): Problem {
  if (status === 'paid') return new Problem('already_paid', `Order ${id} is paid.`)
  if (status === 'cancelled')
    return new Problem('order_cancelled', `Order ${id} was left unpaid for too long. Order again.`)
  return new Problem('payment_in_progress', `The payment of order ${id} is under way.`)
}
