import { inBatches } from '../../platform/jobs/in-batches.ts'
import type { JournalStore } from './journal-store.ts'

/** Retention of a stay after its token expired, for diagnosis. Hours. */
export const KEPT_HOURS = 24
/** Rows of one statement: a few milliseconds. */
const BATCH = 1_000

/** Forgets stays that are over for longer than they must be known. Several workers may do it at once. */
export async function forgetStays(store: JournalStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => store.forgetOlderThan(KEPT_HOURS, size))
}
