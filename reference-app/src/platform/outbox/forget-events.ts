import { inBatches } from '../jobs/in-batches.ts'
import type { DeliveryStore } from './delivery-store.ts'

/**
 * Retention, for the diagnosis of recent incidents. Much longer than any claim, so nothing that was consumed can come
 * again. Hours.
 */
const KEPT_HOURS = 1
/** Rows of one statement: some milliseconds. */
const BATCH = 1_000

/** Forgets published events. What is not published is never forgotten. */
export async function forgetEvents(deliveries: DeliveryStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => deliveries.forget(KEPT_HOURS, size))
}
