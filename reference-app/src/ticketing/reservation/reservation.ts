/**
 * `held`: reserved for the user until `expiresAt`. `paid`: it is sold. `expired`: it was not paid in time; whether
 * somebody else has it now, the seat map says.
 */
export type ReservationStatus = 'held' | 'paid' | 'expired'

/** One seat that a user has, or had, reserved. */
export interface Reservation {
  id: number
  userId: number
  concertId: number
  scheduleId: number
  seatId: number
  status: ReservationStatus
  /** Won, as it was when the seat was reserved. */
  price: number
  /** RFC 3339, UTC, by the clock of the database. Null once it is paid. */
  expiresAt: string | null
}
