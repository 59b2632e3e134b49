import { inBatches } from '../../platform/jobs/in-batches.ts'
import type { InquiryStore } from './inquiry-store.ts'

/** Retention of inquiries, for answers and for counting what an incident has caused. Days. */
export const KEPT_DAYS = 30
/** Rows of one statement, each of at most some kilobytes: a few milliseconds. */
const BATCH = 1_000

/** Forgets inquiries that are over. Several workers may do it at once. */
export async function forgetInquiries(inquiries: InquiryStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => inquiries.forget(KEPT_DAYS, size))
}
