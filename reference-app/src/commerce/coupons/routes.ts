import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { Coupon } from './coupon.ts'
import type { CouponStore } from './coupon-store.ts'
import type { CouponIssuer } from './issue-coupon.ts'

export interface Coupons {
  coupons: CouponStore
  couponIssuer: CouponIssuer
}

const issueBody = z.strictObject({ userId: id })

/** First come, first served. */
export const COUPON_OPERATIONS = {
  coupon_read: {
    method: 'GET',
    path: '/api/v1/coupons/:couponId',
    class: 'browse',
    answer: async ({ params }, { coupons }) => ({
      status: 200,
      body: await showCoupon(coupons, parseId('couponId', params.couponId)),
    }),
  },
  coupon_issue: {
    method: 'POST',
    path: '/api/v1/coupons/:couponId/issue',
    class: 'purchase',
    answer: async (request, { couponIssuer }) => {
      const couponId = parseId('couponId', request.params.couponId)
      const { userId } = parseBody(request, issueBody)
      return (await couponIssuer.issue(couponId, userId, idempotencyKeyOf(request))).answer
    },
  },
} satisfies Operations<Coupons>

/** As it is now. Throws `coupon_not_found`. */
async function showCoupon(coupons: CouponStore, id: number): Promise<Coupon> {
  const coupon = await coupons.find(id)
  if (coupon === undefined) throw new Problem('coupon_not_found', `There is no coupon ${id}.`)
  return coupon
}
