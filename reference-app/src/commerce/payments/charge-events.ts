import type { Logger } from '@drillbook/instrumentation'
import type { PaymentMetrics } from './metrics.ts'
import type { ClaimedPayment, PaymentEnd, ProviderName } from './order-payment.ts'
import type { PaymentProviderMetrics } from './provider-metrics.ts'

/** How payments of orders go: each moves its metric or writes its log line, or both. */
export class ChargeEvents {
  private readonly payments: PaymentMetrics
  private readonly providers: PaymentProviderMetrics
  private readonly logger: Logger

  constructor(payments: PaymentMetrics, providers: PaymentProviderMetrics, logger: Logger) {
    this.payments = payments
    this.providers = providers
    this.logger = logger
  }

  ended({ id, orderId, provider, attempts }: ClaimedPayment, { state, reason }: PaymentEnd): void {
    const line = { paymentId: id, orderId, provider, attempts, ...(reason === undefined ? {} : { reason }) }
    if (state === 'succeeded') {
      this.payments.attempted('success')
      this.logger.info({ event: 'order_payment.succeeded', ...line }, 'an order was paid')
    } else if (state === 'declined') {
      this.payments.attempted('rejected', reason)
      this.logger.info({ event: 'order_payment.declined', ...line }, 'a payment was declined')
    } else {
      this.payments.attempted('failed', reason)
      this.logger.warn({ event: 'order_payment.failed', ...line }, 'a payment failed')
    }
  }

  /** It may or may not be charged there; it will be asked for again. */
  inDoubt({ id, orderId, attempts, isOverdue }: ClaimedPayment, provider: ProviderName, reason: string): void {
    const line = { event: 'order_payment.in_doubt', paymentId: id, orderId, provider, attempts, isOverdue, reason }
    this.logger.warn(line, 'nobody knows whether this payment was charged')
  }

  /** Given up there for good, with nothing charged. */
  voided({ id, orderId }: ClaimedPayment, provider: ProviderName): void {
    this.logger.warn({ event: 'order_payment.voided', paymentId: id, orderId, provider }, 'a charge was given up')
  }

  /** Its state could not be written; the claim lapses and another worker continues. */
  interrupted({ id, orderId }: ClaimedPayment, error: unknown): void {
    const line = { event: 'order_payment.interrupted', paymentId: id, orderId, err: error }
    this.logger.warn(line, 'work on a payment was interrupted')
  }

  breakerOpened(provider: ProviderName): void {
    this.providers.breakerOpen(provider, true)
    this.logger.warn({ event: 'payment_provider.breaker_opened', provider }, 'new payments avoid this provider')
  }

  breakerClosed(provider: ProviderName): void {
    this.providers.breakerOpen(provider, false)
    this.logger.info({ event: 'payment_provider.breaker_closed', provider }, 'this provider works again')
  }
}
