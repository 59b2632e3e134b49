import { inBatches } from '../../platform/jobs/in-batches.ts'
import { KEPT_HOURS, type StatisticsStore } from './statistics-store.ts'

/** Rows of one statement: a few milliseconds. An hour leaves one for each product and concert. */
const BATCH = 1_000

/**
 * Deletes hourly counts past their retention; the rows that they were counted from stay. Several workers may do it at
 * once.
 */
export async function forgetSales(statistics: StatisticsStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => statistics.forget(KEPT_HOURS, size))
}
