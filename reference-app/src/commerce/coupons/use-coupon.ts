import type { Transaction } from '../../platform/database/transaction.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { CouponStore } from './coupon-store.ts'

/**
 * Uses the user's coupon for what this transaction does. Throws `coupon_not_found`, `coupon_not_issued` or
 * `coupon_used`.
 */
export async function useCoupon(
  coupons: CouponStore,
  transaction: Transaction,
  couponId: number,
  userId: number,
): Promise<{ issueId: number; discount: number }> {
  const used = await coupons.use(transaction, couponId, userId)
  if (used !== undefined) return used
  if ((await coupons.find(couponId, transaction)) === undefined) {
    throw new Problem('coupon_not_found', `There is no coupon ${couponId}.`)
  }
  const held = (await coupons.holders(transaction, couponId, [userId])).get(userId)
  if (held === undefined) throw new Problem('coupon_not_issued', `User ${userId} does not have coupon ${couponId}.`)
  if (held.used) throw new Problem('coupon_used', `User ${userId} has used coupon ${couponId}.`)
  // It was issued, or given back, between the two reads.
  return await useCoupon(coupons, transaction, couponId, userId)
}
