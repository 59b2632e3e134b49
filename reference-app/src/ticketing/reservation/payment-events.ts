import type { Logger, Outcome } from '@drillbook/instrumentation'
import type { Problem } from '../../platform/problem/problem.ts'

/** Counts an attempt to pay, when it is known how it ended; `reason` is the code of a problem. */
export type CountAttempt = (outcome: Outcome, reason?: string) => void

interface Attempt {
  userId: number
  reservationIds: number[]
}

/**
 * How attempts to pay end: each moves its metric and writes its log line. The replay of an earlier answer is no
 * attempt.
 */
export class PaymentEvents {
  private readonly count: CountAttempt
  private readonly logger: Logger

  constructor(count: CountAttempt, logger: Logger) {
    this.count = count
    this.logger = logger
  }

  paid({ userId, reservationIds }: Attempt): void {
    this.count('success')
    this.logger.info({ event: 'payment.paid', userId, reservationIds }, 'reservations were paid')
  }

  /**
   * Refused (4xx) or failed (5xx). After a failure it is unknown here whether it took effect: the reservation shows it.
   */
  notPaid({ userId, reservationIds }: Attempt, { code, status }: Problem): void {
    if (status < 500) {
      this.count('rejected', code)
      this.logger.debug({ event: 'payment.refused', userId, reservationIds, reason: code }, 'a payment was refused')
    } else {
      this.count('failed', code)
      this.logger.warn({ event: 'payment.failed', userId, reservationIds, reason: code }, 'a payment failed')
    }
  }
}
