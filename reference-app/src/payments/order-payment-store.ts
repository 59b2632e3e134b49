import type { Statement } from '../database/statement.ts'
import type { Transaction } from '../database/transaction.ts'
import type { PaymentRequest } from './order-payment.ts'

const ADD: Statement = {
  name: 'order-payment-add',
  operation: 'INSERT',
  collection: 'order_payment',
  text: `insert into order_payment (order_id, user_id, amount) values ($1, $2, $3)
    on conflict (order_id) where state in ('requested', 'charging', 'succeeded') do nothing
    returning id`,
}

/** Payments of orders. Throws DatabaseUnavailableError. */
export class OrderPaymentStore {
  /** Its id. Undefined, and nothing has changed: the order is being paid, or is paid. */
  async add(transaction: Transaction, { orderId, userId, amount }: PaymentRequest): Promise<number | undefined> {
    const [row] = await transaction.query<{ id: number }>(ADD, [orderId, userId, amount])
    return row?.id
  }
}
