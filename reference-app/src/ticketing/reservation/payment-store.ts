import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Reservation } from './reservation.ts'
import { COLUMNS, type ReservationRow, toReservation } from './reservation-row.ts'

/** In the order of the seats, as reservations lock them. */
const LOCK: Statement = {
  name: 'payment-lock-reservations',
  operation: 'SELECT',
  collection: 'reservation',
  text: `select ${COLUMNS} from reservation where id = any ($2) and user_id = $1 order by seat_id, id for update`,
}

/** The guard looks at the clock, not at the start of the transaction: that one may have waited for seconds. */
const PAY: Statement = {
  name: 'payment-pay',
  operation: 'UPDATE',
  collection: 'reservation',
  text: `with sold as (
      update reservation set status = 'paid'
      where id = any ($1) and status = 'held' and expires_at > clock_timestamp()
      returning id, user_id, price)
    insert into payment (reservation_id, user_id, amount, entry_id)
    select id, user_id, price, $2 from sold order by id
    returning id, reservation_id as "reservationId", user_id as "userId", amount, paid_at as "paidAt"`,
}

/** The payment of one reservation. */
export interface Payment {
  id: number
  reservationId: number
  userId: number
  /** Won. */
  amount: number
  status: 'paid'
  /** RFC 3339, UTC, by the clock of the database. */
  paidAt: string
}

/** What turns holds into sales. Throws DatabaseUnavailableError. */
export class PaymentStore {
  /** The user's reservations among these, locked until the end of the transaction. */
  async lock(transaction: Transaction, userId: number, reservationIds: number[]): Promise<Reservation[]> {
    return (await transaction.query<ReservationRow>(LOCK, [userId, reservationIds])).map(toReservation)
  }

  /** One payment for each that is held and in time, fewer than asked for when one is not. */
  async pay(transaction: Transaction, reservationIds: number[], entryId: number): Promise<Payment[]> {
    type Row = { id: number; reservationId: number; userId: number; amount: number; paidAt: Date }
    const rows = await transaction.query<Row>(PAY, [reservationIds, entryId])
    return rows.map(({ paidAt, ...row }) => ({ ...row, status: 'paid', paidAt: paidAt.toISOString() }))
  }
}
