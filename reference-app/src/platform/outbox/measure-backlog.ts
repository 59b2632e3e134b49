import type { DeliveryEvents } from './delivery-events.ts'
import type { DeliveryStore } from './delivery-store.ts'

/** How many events wait, and for how long the oldest has waited. */
export async function measureBacklog(deliveries: DeliveryStore, events: DeliveryEvents): Promise<void> {
  const { pending, oldestSeconds } = await deliveries.backlog()
  events.measured(pending, oldestSeconds)
}
