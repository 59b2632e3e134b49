import type { Database, ReadSource } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import { LIVE } from '../reservation/reservation-row.ts'
import type { Concert, Schedule, Seat } from './concert.ts'

/** Nobody has bought it or holds it now. */
const FREE = `(seat.on_sale and not exists (select from reservation where reservation.seat_id = seat.id and ${LIVE}))`

/**
 * A seat of it is free. Counted, because nothing ends a search for a free seat where all are sold: with 500,000 of them
 * sold the list of concerts took longer than a statement may. A seat has at most one live hold or sale; the last count
 * is of seats that were taken off sale afterwards.
 */
const AVAILABLE = `(schedule.starts_at > now() and
  (select count(*) from seat where seat.schedule_id = schedule.id and seat.on_sale) >
  (select count(*) from reservation where reservation.schedule_id = schedule.id and ${LIVE}) -
  (select count(*) from seat cross join lateral (
      select from reservation where reservation.seat_id = seat.id and ${LIVE} limit 1) as taken
    where seat.schedule_id = schedule.id and not seat.on_sale))`

const CONCERTS: Statement = {
  name: 'concerts',
  operation: 'SELECT',
  collection: 'concert',
  text: `select id, title, venue, exists (
      select from schedule where schedule.concert_id = concert.id and ${AVAILABLE}) as available
    from concert order by id`,
}

const SCHEDULES: Statement = {
  name: 'schedules',
  operation: 'SELECT',
  collection: 'schedule',
  text: `select schedule.id, schedule.starts_at as "startsAt", ${AVAILABLE} as available
    from concert left join schedule on schedule.concert_id = concert.id
    where concert.id = $1 order by schedule.starts_at, schedule.id`,
}

const SEATS: Statement = {
  name: 'seats',
  operation: 'SELECT',
  collection: 'seat',
  text: `select seat.id, seat.number, (schedule.starts_at > now() and ${FREE}) as available
    from schedule left join seat on seat.schedule_id = schedule.id
    where schedule.id = $2 and schedule.concert_id = $1 order by seat.number`,
}

const SCHEDULE_IDS: Statement = {
  name: 'schedule-ids',
  operation: 'SELECT',
  collection: 'schedule',
  text: 'select concert_id as "concertId", id as "scheduleId" from schedule order by id',
}

const SALE: Statement = {
  name: 'sale',
  operation: 'SELECT',
  collection: 'schedule',
  text: `select schedule.starts_at <= now() as begun, seat.id, seat.on_sale as "onSale"
    from schedule left join seat on seat.schedule_id = schedule.id and seat.id = any ($3)
    where schedule.id = $2 and schedule.concert_id = $1`,
}

/** Whether seats of one schedule are for sale at all; whether they are taken is decided elsewhere. */
export interface Sale {
  begun: boolean
  /** By id: whether it is on sale. Without those that are not of this schedule. */
  seats: Map<number, boolean>
}

/**
 * What is on: for users, from where reads are set to go, and for those who sell, in their transaction. Throws
 * DatabaseUnavailableError.
 */
export class CatalogueStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  async concerts(): Promise<Concert[]> {
    return await this.database.read<{ id: number; title: string; venue: string; available: boolean }>(CONCERTS)
  }

  /** By time. Undefined: no such concert. */
  async schedules(concertId: number): Promise<Schedule[] | undefined> {
    type Row = { id: number | null; startsAt: Date; available: boolean }
    const rows = await this.database.read<Row>(SCHEDULES, [concertId])
    if (rows.length === 0) return undefined
    return rows.flatMap(({ id, startsAt, available }) =>
      id === null ? [] : [{ id, concertId, startsAt: startsAt.toISOString(), available }],
    )
  }

  /**
   * By number, and whether they may be as old as a replica may lag. Undefined: no such schedule, or not of this
   * concert.
   */
  async seats(concertId: number, scheduleId: number): Promise<{ seats: Seat[]; source: ReadSource } | undefined> {
    type Row = { id: number | null; number: number; available: boolean }
    const { rows, source } = await this.database.readFrom<Row>(SEATS, [concertId, scheduleId])
    if (rows.length === 0) return undefined
    return {
      seats: rows.flatMap(({ id, number, available }) => (id === null ? [] : [{ id, number, available }])),
      source,
    }
  }

  /** Undefined: no such schedule, or not of this concert. */
  async sale(
    transaction: Transaction,
    concertId: number,
    scheduleId: number,
    seatIds: number[],
  ): Promise<Sale | undefined> {
    type Row = { begun: boolean; id: number | null; onSale: boolean }
    const rows = await transaction.query<Row>(SALE, [concertId, scheduleId, seatIds])
    const [first] = rows
    if (first === undefined) return undefined
    return { begun: first.begun, seats: new Map(rows.flatMap(({ id, onSale }) => (id === null ? [] : [[id, onSale]]))) }
  }

  /** Every schedule there is, as the pair that names its seat map. */
  async scheduleIds(): Promise<{ concertId: number; scheduleId: number }[]> {
    return await this.database.read<{ concertId: number; scheduleId: number }>(SCHEDULE_IDS)
  }
}
