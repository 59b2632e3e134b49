import { inBatches } from '../jobs/in-batches.ts'
import type { AnswerStore } from './answer-store.ts'

/** How long a key is remembered: a client that retries for longer than a day has other problems. Hours. */
export const KEPT_HOURS = 24
/** Rows of one statement: a few milliseconds, also after a day of full load. */
const BATCH = 1_000

/** Forgets the keys that are older than they must be. Several instances may do it at once. */
export async function forgetAnswers(answers: AnswerStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => answers.forgetOlderThan(KEPT_HOURS, size))
}
