import type { Client } from 'pg'
import { BOX_OFFICE } from './box-office-schema.ts'
import { COUPONS } from './coupon-schema.ts'
import { DATA, type DataSet } from './data-set.ts'
import { OPERATIONS } from './operations-schema.ts'
import { OUTBOX } from './outbox-schema.ts'
import { PAYMENTS } from './payment-schema.ts'
import { SHOP } from './shop-schema.ts'
import { STATISTICS } from './statistics-schema.ts'
import { SUPPORT } from './support-schema.ts'
import { WAITING_ROOM } from './waiting-room-schema.ts'

/**
 * Every table, area by area, in the order in which they refer to each other. Each statement may run again and again.
 */
const SCHEMA = [BOX_OFFICE, OUTBOX, PAYMENTS, COUPONS, SHOP, SUPPORT, WAITING_ROOM, OPERATIONS, STATISTICS].join('\n')

/** Any number that is not used for another advisory lock in this database. */
const PREPARATION_LOCK = 720_003

export interface RowCounts {
  concerts: number
  schedules: number
  seats: number
}

/**
 * Schema and data in one transaction, one instance at a time: two that start together wait for each other. Counts what
 * is there then.
 */
export async function prepareDatabase(client: Client, dataSet: DataSet = 'small'): Promise<RowCounts> {
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [PREPARATION_LOCK])
    await client.query(SCHEMA)
    await client.query(DATA[dataSet])
    const { rows } = await client.query<RowCounts>(`
      select (select count(*)::int from concert) as concerts, (select count(*)::int from schedule) as schedules,
        (select count(*)::int from seat) as seats`)
    await client.query('commit')
    const [counts] = rows
    if (counts === undefined) throw new Error('the database counted nothing')
    return counts
  } catch (error) {
    await client.query('rollback').catch(() => undefined) // the connection is gone then, and the transaction with it
    throw error
  }
}
