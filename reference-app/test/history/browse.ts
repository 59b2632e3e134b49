import { setTimeout } from 'node:timers/promises'
import { Buyer } from '../support/buyer.ts'

/** Between two looks of one of those who browse. Milliseconds. */
const PAUSE_MS = 40
/** Milliseconds. */
const PATIENCE_MS = 4_000

/** Concerts of the data set. Who looks at the same one at once shares what comes back. */
const CONCERTS = [1, 2, 3, 4, 5]

/**
 * People who look around all the time, and whom nobody asks what they saw: only reads of copies open the breaker in front of a cache that fails, so
 * only by them can be seen afterwards whether it has closed again.
 */
export async function browse(url: () => string, stop: AbortSignal): Promise<void> {
  const { headers } = new Buyer(1)
  await Promise.all(CONCERTS.map((id) => look(() => `${url()}/api/v1/concerts/${id}/schedules`, headers, stop)))
}

async function look(page: () => string, headers: Record<string, string>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await fetch(page(), { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined) // a fault
    await setTimeout(PAUSE_MS)
  }
}
