import { type Request, Router } from 'express'
import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { CouponStore } from './coupon-store.ts'
import type { CouponDesk } from './issue-coupon.ts'
import { showCoupon } from './show-coupon.ts'

export interface Coupons {
  coupons: CouponStore
  couponDesk: CouponDesk
}

const issueBody = z.strictObject({ userId: id })

/** First come, first served. */
export function couponRoutes({ coupons, couponDesk }: Coupons, context: OperationContext): Router {
  const router = Router()

  router
    .route('/coupons/:couponId')
    .get(
      operation(context, 'coupon_read', async (request: Request) => ({
        status: 200,
        body: await showCoupon(coupons, parseId('couponId', request.params.couponId)),
      })),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/coupons/:couponId/issue')
    .post(
      operation(context, 'coupon_issue', async (request: Request) => {
        const couponId = parseId('couponId', request.params.couponId)
        const { userId } = parseBody(request, issueBody)
        return (await couponDesk.issue(couponId, userId, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))

  return router
}
