import type { Database, Statement } from '../database/database.ts'
import type { Concert } from './concert.ts'
import type { Schedule } from './schedule.ts'
import type { Seat } from './seat.ts'

const AVAILABLE = `(schedule.starts_at > now() and exists (
  select from seat where seat.schedule_id = schedule.id and seat.on_sale))`

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
  text: `select seat.id, seat.number, (schedule.starts_at > now() and seat.on_sale) as available
    from schedule left join seat on seat.schedule_id = schedule.id
    where schedule.id = $2 and schedule.concert_id = $1 order by seat.number`,
}

const SCHEDULE_IDS: Statement = {
  name: 'schedule-ids',
  operation: 'SELECT',
  collection: 'schedule',
  text: 'select concert_id as "concertId", id as "scheduleId" from schedule order by id',
}

/** What is true about concerts, schedules and seats. Throws DatabaseUnavailableError. */
export class CatalogueStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  async concerts(): Promise<Concert[]> {
    return await this.database.query<{ id: number; title: string; venue: string; available: boolean }>(CONCERTS)
  }

  /** By time. Undefined: no such concert. */
  async schedules(concertId: number): Promise<Schedule[] | undefined> {
    type Row = { id: number | null; startsAt: Date; available: boolean }
    const rows = await this.database.query<Row>(SCHEDULES, [concertId])
    if (rows.length === 0) return undefined
    return rows.flatMap(({ id, startsAt, available }) =>
      id === null ? [] : [{ id, concertId, startsAt: startsAt.toISOString(), available }],
    )
  }

  /** By number. Undefined: no such schedule, or not of this concert. */
  async seats(concertId: number, scheduleId: number): Promise<Seat[] | undefined> {
    type Row = { id: number | null; number: number; available: boolean }
    const rows = await this.database.query<Row>(SEATS, [concertId, scheduleId])
    if (rows.length === 0) return undefined
    return rows.flatMap(({ id, number, available }) => (id === null ? [] : [{ id, number, available }]))
  }

  /** Every schedule there is, as the pair that names its seat map. */
  async scheduleIds(): Promise<{ concertId: number; scheduleId: number }[]> {
    return await this.database.query<{ concertId: number; scheduleId: number }>(SCHEDULE_IDS)
  }
}
