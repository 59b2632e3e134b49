import type { Reservation, ReservationStatus } from './reservation.ts'

/** As COLUMNS names them. */
export interface ReservationRow {
  id: number
  userId: number
  concertId: number
  scheduleId: number
  seatId: number
  status: ReservationStatus
  price: number
  expiresAt: Date
}

/** For a select or a returning. A hold past its time is expired, also before the job has marked it. */
export const COLUMNS = `reservation.id, reservation.user_id as "userId", reservation.concert_id as "concertId",
    reservation.schedule_id as "scheduleId", reservation.seat_id as "seatId", reservation.price,
    case when reservation.status = 'held' and reservation.expires_at <= now() then 'expired' else reservation.status end as status,
    reservation.expires_at as "expiresAt"`

/** The first condition is the one of the partial index, word for word, so that the planner uses it. */
export const LIVE = `(reservation.status in ('held', 'paid') and (reservation.status = 'paid' or reservation.expires_at > now()))`

export function toReservation({ expiresAt, ...row }: ReservationRow): Reservation {
  return { ...row, expiresAt: row.status === 'paid' ? null : expiresAt.toISOString() }
}
