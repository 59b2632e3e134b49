import type { Consumer } from '../../platform/outbox/consumer.ts'
import type { OrderPaymentStore } from './order-payment-store.ts'

/**
 * Nobody waits for a payment for longer than about a minute before asking what is wrong. Afterwards it fails, unless it
 * may have been charged.
 */
const GIVE_UP_SECONDS = 60

/** Turns a request for a payment into work. `onStarted`: there is something to charge. */
export function startPayment(payments: OrderPaymentStore, onStarted: () => void): Consumer {
  return {
    name: 'payment-start',
    topics: ['payment.requested'],
    consume: (transaction, { payload }) => payments.start(transaction, Number(payload.paymentId), GIVE_UP_SECONDS),
    committed: onStarted,
  }
}
