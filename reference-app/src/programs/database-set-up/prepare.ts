import type { Client } from 'pg'
import { DATA, type DataSet } from './data-set.ts'
import { SCHEMA } from './schema.ts'

/** Any number that nobody else locks on in this database. */
const PREPARATION_LOCK = 720_003

export interface Census {
  concerts: number
  schedules: number
  seats: number
}

/** Schema and data in one transaction, one instance at a time: two that start together wait for each other. Counts what is there then. */
export async function prepareDatabase(client: Client, dataSet: DataSet = 'small'): Promise<Census> {
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [PREPARATION_LOCK])
    await client.query(SCHEMA)
    await client.query(DATA[dataSet])
    const { rows } = await client.query<Census>(`
      select (select count(*)::int from concert) as concerts, (select count(*)::int from schedule) as schedules,
        (select count(*)::int from seat) as seats`)
    await client.query('commit')
    const [census] = rows
    if (census === undefined) throw new Error('the database counted nothing')
    return census
  } catch (error) {
    await client.query('rollback').catch(() => undefined) // the connection is gone then, and the transaction with it
    throw error
  }
}
