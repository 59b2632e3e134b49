/** So many, one for each user, first come, first served. */
export interface Coupon {
  id: number
  name: string
  /** Won off one order. */
  discount: number
  limit: number
  /** Coupons left. */
  left: number
}

/** One coupon that a user has. */
export interface CouponIssue {
  id: number
  couponId: number
  userId: number
  /** RFC 3339, UTC. */
  issuedAt: string
}
