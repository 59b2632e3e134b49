import type { Logger } from '@drillbook/instrumentation'
import type { CouponIssue } from './coupon.ts'
import type { CouponMetrics } from './metrics.ts'

/** What becomes of coupons: each event moves its counter and writes its log line. */
export class CouponEvents {
  private readonly metrics: CouponMetrics
  private readonly logger: Logger

  constructor(metrics: CouponMetrics, logger: Logger) {
    this.metrics = metrics
    this.logger = logger
  }

  issued({ couponId, userId }: CouponIssue): void {
    this.metrics.issued()
    this.logger.debug({ event: 'coupon.issued', couponId, userId }, 'a coupon was issued')
  }
}
