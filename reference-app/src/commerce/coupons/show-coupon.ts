import { Problem } from '../../platform/problem/problem.ts'
import type { Coupon } from './coupon.ts'
import type { CouponStore } from './coupon-store.ts'

/** As it is now. Throws `coupon_not_found`. */
export async function showCoupon(coupons: CouponStore, id: number): Promise<Coupon> {
  const coupon = await coupons.find(id)
  if (coupon === undefined) throw new Problem('coupon_not_found', `There is no coupon ${id}.`)
  return coupon
}
