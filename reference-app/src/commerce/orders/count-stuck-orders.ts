import type { OrderMetrics } from './metrics.ts'
import type { OrderStore } from './order-store.ts'

/**
 * A charge has its answer within seconds, with retries and a second provider within one minute: after two, something
 * does not move.
 */
const STUCK_SECONDS = 120

/** Writes down how many orders do not move. */
export async function countStuckOrders(orders: OrderStore, metrics: OrderMetrics): Promise<void> {
  metrics.stuck(await orders.countUnsettled(STUCK_SECONDS))
}
