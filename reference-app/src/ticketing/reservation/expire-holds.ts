import { inBatches } from '../../platform/jobs/in-batches.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { HoldMetrics } from './metrics.ts'
import type { ReservationStore } from './reservation-store.ts'

/** Rows of one statement: a few milliseconds. */
const BATCH = 500

/**
 * Writes down which holds have expired, and lets the seat maps show their seats again. Several instances may do it at
 * once: each takes rows that no other is at work on. Only the age of cached seat maps depends on it: all statements on
 * holds compare `expires_at` with the clock.
 */
export async function expireHolds(
  reservations: ReservationStore,
  catalogue: Catalogue,
  metrics: HoldMetrics,
  halt: AbortSignal,
): Promise<void> {
  await inBatches(BATCH, halt, async (size) => {
    const expired = await reservations.expireHolds(size)
    metrics.expired(expired.length)
    const schedules = new Map(expired.map(({ concertId, scheduleId }) => [scheduleId, concertId]))
    for (const [scheduleId, concertId] of schedules) await catalogue.seatsChanged(concertId, scheduleId)
    return expired.length
  })
}
