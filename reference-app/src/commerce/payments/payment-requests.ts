import type { Transaction } from '../../platform/database/transaction.ts'
import type { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { PaymentRequest } from './order-payment.ts'
import type { OrderPaymentStore } from './order-payment-store.ts'

/** Where an order asks to be paid. */
export class PaymentRequests {
  private readonly payments: OrderPaymentStore
  private readonly outbox: OutboxStore

  constructor(payments: OrderPaymentStore, outbox: OutboxStore) {
    this.payments = payments
    this.outbox = outbox
  }

  /**
   * Becomes real by the commit. A worker charges the amount and tells the end by `payment.succeeded`,
   * `payment.declined` or `payment.failed` (payload: PaymentTold). Throws `payment_under_way` when the order is being
   * paid or is paid; after a decline or a failure it may be asked for again.
   */
  async requestPayment(transaction: Transaction, request: PaymentRequest): Promise<{ paymentId: number }> {
    const { orderId, userId, amount } = request
    const paymentId = await this.payments.add(transaction, request)
    if (paymentId === undefined) {
      throw new Problem('payment_under_way', `Order ${orderId} is being paid, or is paid.`)
    }
    const payload = { paymentId, orderId, userId, amount }
    await this.outbox.append(transaction, { topic: 'payment.requested', key: `order:${orderId}`, payload })
    return { paymentId }
  }
}
