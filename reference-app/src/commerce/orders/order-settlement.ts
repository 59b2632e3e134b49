import type { Transaction } from '../../platform/database/transaction.ts'
import type { Consumer } from '../../platform/outbox/consumer.ts'
import type { OutboxEvent } from '../../platform/outbox/outbox-event.ts'
import type { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import type { PaymentTold } from '../payments/order-payment.ts'
import type { OrderEvents } from './events.ts'
import type { OrderStore } from './order-store.ts'
import { appendOrderEvent } from './order-told.ts'

export interface Settlement {
  orders: OrderStore
  outbox: OutboxStore
  orderEvents: OrderEvents
}

/**
 * Moves an order to where its payment has come to. An order that is no longer waiting stays as it is: what came first
 * counts.
 */
export function orderSettlement({ orders, outbox, orderEvents }: Settlement): Consumer {
  return {
    name: 'order-settlement',
    topics: ['payment.succeeded', 'payment.declined', 'payment.failed'],
    consume: async (transaction, event) => {
      const { orderId, reason } = event.payload as unknown as PaymentTold
      if (event.topic !== 'payment.succeeded') {
        await orders.move(transaction, orderId, 'paymentFailed', reason ?? outcomeOf(event))
        return
      }
      if (await orders.move(transaction, orderId, 'paymentSucceeded')) await tellPaid(transaction, orderId)
    },
    committed: (event) => {
      const { orderId, reason } = event.payload as unknown as PaymentTold
      if (event.topic === 'payment.succeeded') orderEvents.paid(orderId)
      else orderEvents.paymentFailed(orderId, reason ?? outcomeOf(event))
    },
  }

  async function tellPaid(transaction: Transaction, orderId: number): Promise<void> {
    const order = await orders.find(orderId, transaction)
    if (order !== undefined) await appendOrderEvent(outbox, transaction, 'order.paid', order)
  }
}

/** `declined` or `failed`, when nobody said why. */
const outcomeOf = ({ topic }: OutboxEvent) => topic.slice('payment.'.length)
