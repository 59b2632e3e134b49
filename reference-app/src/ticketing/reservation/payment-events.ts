import type { Logger, PaymentMetrics } from '@drillbook/instrumentation'
import type { Problem } from '../../platform/problem/problem.ts'

interface Attempt {
  userId: number
  reservationIds: number[]
}

/** How attempts to pay end: each moves its metric and writes its log line. The replay of an earlier answer is no attempt. */
export class PaymentEvents {
  private readonly metrics: PaymentMetrics
  private readonly logger: Logger

  constructor(metrics: PaymentMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  paid({ userId, reservationIds }: Attempt): void {
    this.metrics.attempted('success')
    this.logger.info({ event: 'payment.paid', userId, reservationIds }, 'reservations were paid')
  }

  /** Refused (4xx) or failed (5xx). After a failure nobody here knows whether it took effect: the reservation does. */
  notPaid({ userId, reservationIds }: Attempt, { code, status }: Problem): void {
    if (status < 500) {
      this.metrics.attempted('rejected', code)
      this.logger.debug({ event: 'payment.refused', userId, reservationIds, reason: code }, 'a payment was refused')
    } else {
      this.metrics.attempted('failed', code)
      this.logger.warn({ event: 'payment.failed', userId, reservationIds, reason: code }, 'a payment failed')
    }
  }
}
