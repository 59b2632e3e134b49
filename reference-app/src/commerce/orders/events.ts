import type { Logger } from '@drillbook/instrumentation'
import type { Order } from './order.ts'

/** What becomes of orders, in the log. Their numbers are in the outcomes of operations and in the payments' metrics. */
export class OrderEvents {
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  placed({ id, userId, total, status }: Order): void {
    this.logger.info({ event: 'order.placed', orderId: id, userId, total, status }, 'an order was placed')
  }

  paid(orderId: number): void {
    this.logger.info({ event: 'order.paid', orderId }, 'an order was paid')
  }

  paymentFailed(orderId: number, reason: string): void {
    this.logger.info({ event: 'order.payment_failed', orderId, reason }, 'the payment of an order came to nothing')
  }

  paymentRetried({ id, userId }: Order): void {
    this.logger.info({ event: 'order.payment_retried', orderId: id, userId }, 'the payment of an order is tried again')
  }

  cancelled(orderId: number): void {
    this.logger.info({ event: 'order.cancelled', orderId }, 'an order was left unpaid and cancelled')
  }
}
