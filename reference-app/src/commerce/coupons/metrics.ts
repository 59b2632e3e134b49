import { counter, type MetricsRegistry } from '@drillbook/instrumentation'

export interface CouponMetrics {
  /** Counts one coupon in `coupons_issued_total`, after the commit that issued it. */
  issued(): void
}

/** Metrics of coupons, without their ids: which coupon it was is in the database. */
export function couponMetrics(registry: MetricsRegistry): CouponMetrics {
  const issued = counter(registry, { name: 'coupons_issued_total', help: 'Coupons that users were given' })
  return { issued: () => issued.inc() }
}
