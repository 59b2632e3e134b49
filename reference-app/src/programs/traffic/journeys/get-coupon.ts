import { z } from 'zod'
import type { Visitor } from '../visitor.ts'
import { orderAs } from './order.ts'

/** Coupons of the data set, 1,200 of each: at a tenth per second they last 16 hours; after that all are refused. */
const COUPONS = 5
const USERS = 100_000
/** How many use it at once. */
const USE_RATIO = 0.3

/** Takes a coupon, first come, first served; some order with it. */
export async function getCoupon(visitor: Visitor): Promise<void> {
  const userId = visitor.upTo(USERS)
  const couponId = visitor.upTo(COUPONS)
  const call = { method: 'POST', path: `/api/v1/coupons/${couponId}/issue`, json: { userId } } as const
  const issued = await visitor.ask(
    'coupon_issue',
    call,
    z.unknown().transform(() => true),
  )
  if (issued !== undefined && visitor.random() < USE_RATIO) await orderAs(visitor, userId, couponId)
}
