import { inBatches } from '../../platform/jobs/in-batches.ts'
import type { ReservationStore } from './reservation-store.ts'

/**
 * How long an expired reservation can still be read: as long as an answer to the request that made it may be replayed,
 * and the hold on top. Hours after it expired.
 */
export const KEPT_HOURS = 24
/**
 * Rows of one statement: some 20 ms, nearly all of it to see that no payment refers to them. Full load leaves some
 * hundred thousand a day.
 */
const BATCH = 1_000

/**
 * Forgets reservations that were never paid. What is held or paid is never forgotten. Several workers may do it at
 * once.
 */
export async function forgetReservations(reservations: ReservationStore, halt: AbortSignal): Promise<void> {
  await inBatches(BATCH, halt, (size) => reservations.forgetExpired(KEPT_HOURS, size))
}
