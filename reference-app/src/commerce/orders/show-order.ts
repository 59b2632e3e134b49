import type { Transaction } from '../../platform/database/transaction.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { Order } from './order.ts'
import type { OrderStore } from './order-store.ts'

/** Throws `order_not_found`, also when it is of another user than this. */
export async function showOrder(
  orders: OrderStore,
  id: number,
  userId?: number,
  transaction?: Transaction,
): Promise<Order> {
  const order = await orders.find(id, transaction)
  if (order === undefined) throw new Problem('order_not_found', `There is no order ${id}.`)
  if (userId !== undefined && order.userId !== userId) {
    throw new Problem('order_not_found', `User ${userId} has no order ${id}.`)
  }
  return order
}
