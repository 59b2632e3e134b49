import type { Transaction } from '../../platform/database/transaction.ts'
import type { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import type { Order, OrderItem } from './order.ts'

/** The payload of `order.placed` and `order.paid`. Money in won, `total` after the discount. */
export interface OrderTold {
  orderId: number
  userId: number
  total: number
  items: OrderItem[]
}

/** Tells others of an order, when the transaction commits. */
export async function appendOrderEvent(
  outbox: OutboxStore,
  transaction: Transaction,
  topic: 'order.placed' | 'order.paid',
  { id, userId, total, items }: Order,
): Promise<void> {
  const payload = { orderId: id, userId, total, items: items.map((item) => ({ ...item })) }
  await outbox.append(transaction, { topic, key: `order:${id}`, payload })
}
