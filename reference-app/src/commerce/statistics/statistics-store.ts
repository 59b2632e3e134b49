import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'

/**
 * How far back hours can be asked for, 31 days, and so are counted and kept: what lies further back is in the rows of
 * the sales.
 */
export const KEPT_HOURS = 744

/** What was paid for in one hour, of one product or concert. `hour`: when it began, RFC 3339. Won, before discounts. */
export interface HourOfSales {
  hour: string
  kind: 'product' | 'concert'
  subject: number
  quantity: number
  revenue: number
}

/** Orders that cost nothing are paid by their first change. */
const COUNT_HOUR: Statement = {
  name: 'statistics-count-hour',
  operation: 'INSERT',
  collection: 'sales_statistics',
  text: `with sold as (
      select 'product' as kind, product_id as subject, sum(quantity) as quantity, sum(quantity::bigint * price) as revenue
      from order_change join order_item using (order_id)
      where order_change.status = 'paid' and at >= $1 and at < $1::timestamptz + interval '1 hour' group by product_id
      union all
      select 'concert', concert_id, count(*), sum(amount)
      from payment join reservation on reservation.id = reservation_id
      where paid_at >= $1 and paid_at < $1::timestamptz + interval '1 hour' group by concert_id)
    insert into sales_statistics (hour, kind, subject, quantity, revenue)
    select $1, kind, subject, quantity, revenue from sold order by kind, subject
    on conflict (hour, kind, subject) do update set quantity = excluded.quantity, revenue = excluded.revenue
    where (sales_statistics.quantity, sales_statistics.revenue) <> (excluded.quantity, excluded.revenue)`,
}

/** Begin of the first hour that is kept. */
const OLDEST = (hours: string) => `date_trunc('hour', now() - make_interval(hours => ${hours}))`

const FIRST_HOUR: Statement = {
  name: 'statistics-first-hour',
  operation: 'SELECT',
  collection: 'order_change',
  text: `select date_trunc('hour', least(
      (select min(at) from order_change where status = 'paid' and at >= greatest($1::timestamptz, oldest)),
      (select min(paid_at) from payment where paid_at >= greatest($1::timestamptz, oldest))
    )) as hour from (select ${OLDEST('$2')} as oldest) as kept`,
}

const LAST_COUNTED: Statement = {
  name: 'statistics-last-counted',
  operation: 'SELECT',
  collection: 'sales_statistics',
  text: 'select max(hour) as hour from sales_statistics',
}

const SALES: Statement = {
  name: 'statistics-sales',
  operation: 'SELECT',
  collection: 'sales_statistics',
  text: `select hour, kind, subject, quantity::float8 as quantity, revenue::float8 as revenue from sales_statistics
    where hour > now() - make_interval(hours => $1) order by sales_statistics.hour desc, kind, subject`,
}

const FORGET: Statement = {
  name: 'statistics-forget',
  operation: 'DELETE',
  collection: 'sales_statistics',
  text: `delete from sales_statistics where ctid = any (array(
    select ctid from sales_statistics where hour < ${OLDEST('$1')} order by hour limit $2 for update skip locked)) returning 1`,
}

/** Throws DatabaseUnavailableError. */
export class StatisticsStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Counts what was sold in the hour that begins then, also when it was counted before. */
  async countHour(hour: Date): Promise<void> {
    await this.database.query(COUNT_HOUR, [hour])
  }

  /**
   * Begin of the first hour, of the last `keptHours`, in which something was sold at or after `from`. Undefined:
   * nothing was.
   */
  async firstHour(from: Date, keptHours: number): Promise<Date | undefined> {
    return (await this.database.query<{ hour: Date | null }>(FIRST_HOUR, [from, keptHours]))[0]?.hour ?? undefined
  }

  /** Begin of the last hour that was counted. Undefined: none was. */
  async lastCounted(): Promise<Date | undefined> {
    return (await this.database.query<{ hour: Date | null }>(LAST_COUNTED))[0]?.hour ?? undefined
  }

  /** The newest hour first. */
  async sales(hours: number): Promise<HourOfSales[]> {
    type Row = Omit<HourOfSales, 'hour'> & { hour: Date }
    return (await this.database.read<Row>(SALES, [hours])).map((row) => ({ ...row, hour: row.hour.toISOString() }))
  }

  /** Deletes at most `limit` rows of hours before the last `keptHours`, the oldest first. How many. */
  async forget(keptHours: number, limit: number): Promise<number> {
    return (await this.database.query(FORGET, [keptHours, limit])).length
  }
}
