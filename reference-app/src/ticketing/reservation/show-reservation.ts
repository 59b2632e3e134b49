import { Problem } from '../../platform/problem/problem.ts'
import type { Reservation } from './reservation.ts'
import type { ReservationStore } from './reservation-store.ts'

/** Throws `reservation_not_found`, also for somebody else's: whether it exists is not this user's business. */
export async function showReservation(
  reservations: ReservationStore,
  userId: number,
  id: number,
): Promise<Reservation> {
  const reservation = await reservations.find(id)
  if (reservation?.userId !== userId) {
    throw new Problem('reservation_not_found', `User ${userId} has no reservation ${id}.`)
  }
  return reservation
}
