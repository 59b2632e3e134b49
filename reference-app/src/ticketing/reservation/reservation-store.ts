import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Reservation } from './reservation.ts'
import { COLUMNS, type ReservationRow, toReservation } from './reservation-row.ts'

/** Class of the advisory locks that stand for users; any number that is not used elsewhere for the first of two. */
const USER_LOCKS = 720_004

const LOCK_USER: Statement = {
  name: 'reservation-lock-user',
  operation: 'SELECT',
  collection: 'reservation',
  text: 'select pg_advisory_xact_lock($1, $2)',
}

const COUNT_HELD: Statement = {
  name: 'reservation-count-held',
  operation: 'SELECT',
  collection: 'reservation',
  text: `select count(*)::int as held from reservation where user_id = $1 and status = 'held' and expires_at > now()`,
}

const EXPIRE_SEATS: Statement = {
  name: 'reservation-expire-seats',
  operation: 'UPDATE',
  collection: 'reservation',
  text: `with in_the_way as (
      select id, status, expires_at from reservation
      where seat_id = any ($1) and seat_id is not null and status in ('held', 'paid') order by seat_id for update)
    update reservation set status = 'expired'
    where id = any (array(select id from in_the_way where status = 'held' and expires_at <= now()))`,
}

/** Taken seats are left out: the unique index decides, whatever was read before. */
const HOLD: Statement = {
  name: 'reservation-hold',
  operation: 'INSERT',
  collection: 'reservation',
  text: `insert into reservation (user_id, concert_id, schedule_id, seat_id, price, expires_at)
    select $1, $2, $3, seat.id, seat.price, now() + make_interval(secs => $5)
    from seat where seat.id = any ($4) order by seat.id
    on conflict do nothing
    returning ${COLUMNS}`,
}

const FIND: Statement = {
  name: 'reservation-find',
  operation: 'SELECT',
  collection: 'reservation',
  text: `select ${COLUMNS} from reservation where id = $1`,
}

const EXPIRE_HOLDS: Statement = {
  name: 'reservation-expire-holds',
  operation: 'UPDATE',
  collection: 'reservation',
  text: `with late as (
      select id from reservation where status = 'held' and expires_at > '-infinity' and expires_at <= now()
      order by expires_at limit $1 for update skip locked)
    update reservation set status = 'expired' where id = any (array(select id from late))
    returning reservation.concert_id as "concertId", reservation.schedule_id as "scheduleId"`,
}

const FORGET_EXPIRED: Statement = {
  name: 'reservation-forget-expired',
  operation: 'DELETE',
  collection: 'reservation',
  text: `delete from reservation where ctid = any (array(
    select ctid from reservation where status = 'expired' and expires_at < now() - make_interval(hours => $1)
    order by expires_at limit $2 for update skip locked)) returning 1`,
}

export interface NewHolds {
  userId: number
  concertId: number
  scheduleId: number
  seatIds: number[]
  holdSeconds: number
}

/**
 * Holds of seats. Rows are locked in the order of their seats and never after the balance, here and where holds are
 * paid, so that nobody waits in a circle. Throws DatabaseUnavailableError.
 */
export class ReservationStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Live holds of the user, who until the end of the transaction gets no others: whoever asks meanwhile waits. */
  async countHeld(transaction: Transaction, userId: number): Promise<number> {
    await transaction.query(LOCK_USER, [USER_LOCKS, userId])
    // A statement of its own, after the lock: it sees what the last owner of the lock has committed.
    const [row] = await transaction.query<{ held: number }>(COUNT_HELD, [userId])
    return row?.held ?? 0
  }

  /** The new holds, fewer than asked for when seats are taken. A hold past its time does not count. */
  async hold(transaction: Transaction, holds: NewHolds): Promise<Reservation[]> {
    const { userId, concertId, scheduleId, seatIds, holdSeconds } = holds
    await transaction.query(EXPIRE_SEATS, [seatIds])
    const values = [userId, concertId, scheduleId, seatIds, holdSeconds]
    return (await transaction.query<ReservationRow>(HOLD, values)).map(toReservation)
  }

  async find(id: number): Promise<Reservation | undefined> {
    const [row] = await this.database.query<ReservationRow>(FIND, [id])
    return row === undefined ? undefined : toReservation(row)
  }

  /** Marks at most `limit` expired holds that are not locked. Returns the schedule of each. */
  async expireHolds(limit: number): Promise<{ concertId: number; scheduleId: number }[]> {
    return await this.database.query<{ concertId: number; scheduleId: number }>(EXPIRE_HOLDS, [limit])
  }

  /** Deletes at most `limit` that are known to have expired so long ago, the oldest first. How many. */
  async forgetExpired(olderThanHours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET_EXPIRED, [olderThanHours, limit])).length
  }
}
