import type { Database } from '../../platform/database/database.ts'
import { inBatches } from '../../platform/jobs/in-batches.ts'
import type { CouponStore } from '../coupons/coupon-store.ts'
import type { ProductStore } from '../products/product-store.ts'
import type { OrderEvents } from './events.ts'
import type { OrderStore } from './order-store.ts'

/**
 * How long an order whose payment came to nothing may be paid again: time to find another card, not to keep goods from
 * others. Seconds.
 */
const UNPAID_SECONDS = 15 * 60
/** Orders of one transaction: their products are locked until it ends, and everybody who orders one waits for that. */
const BATCH = 50

export interface Cancelling {
  database: Database
  orders: OrderStore
  products: ProductStore
  coupons: CouponStore
  orderEvents: OrderEvents
}

/**
 * Cancels the orders that were left unpaid, and gives back their stock and coupons, once. Several workers may do it at
 * once.
 */
export async function cancelUnpaidOrders(cancelling: Cancelling, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => cancelSome(cancelling, size))
}

async function cancelSome(cancelling: Cancelling, limit: number): Promise<number> {
  const { database, orders, products, coupons, orderEvents } = cancelling
  const cancelled = await database.transaction(async (transaction) => {
    const unpaid = await orders.moveUnpaid(transaction, UNPAID_SECONDS, limit)
    if (unpaid.length === 0) return []
    const issueIds = unpaid.flatMap(({ couponIssueId }) => couponIssueId ?? [])
    if (issueIds.length > 0) await coupons.giveBack(transaction, issueIds)
    // The stock comes last of all that is locked, as where orders are placed.
    await products.giveBack(
      transaction,
      unpaid.map(({ id }) => id),
    )
    return unpaid
  })
  for (const { id } of cancelled) orderEvents.cancelled(id)
  return cancelled.length
}
