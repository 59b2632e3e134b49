import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import type { Statement } from '../../src/platform/database/statement.ts'
import { Postgres } from '../support/postgres.ts'
import { wholeReads } from './plan.ts'
import { rows } from './rows.ts'

const statements: Statement[] = JSON.parse(
  execFileSync(process.execPath, [new URL('print-statements.ts', import.meta.url).pathname], { encoding: 'utf8' }),
)

/** What the tables held when they were analysed. When it is planned, 50,000 rows of each are over and 5,000 wait. */
const STATISTICS = {
  'of empty tables': '',
  'of a quiet night, in which nothing waits': rows(1, 50_000, 'finished'),
  'of small tables': rows(1, 20, 'finished') + rows(21, 5, 'live'),
  'of full tables': rows(1, 50_000, 'finished') + rows(50_001, 5_000, 'live'),
}

/** What reads all on purpose, and why that is right. */
const WHOLE: Readonly<Record<string, string>> = {
  'outbox-backlog': 'counts all events that wait, and reads the index of those',
  'statistics-count-hour': 'joins all that an hour has sold: in a busy hour most of the newest rows',
}

test('a statement that reads a growing table or its index from end to end is found out', async () => {
  const postgres = await Postgres.startPrepared()
  try {
    const client = await postgres.connect()
    await client.query(rows(1, 1_000, 'live'))
    await client.query('vacuum analyze')
    await client.query('set plan_cache_mode = force_generic_plan')
    const found = (text: string) => wholeReads(client, text)
    expect(await found('select from reservation where price = $1')).toEqual(['Seq Scan of reservation'])
    await client.query('set enable_seqscan = off')
    const held = `select seat_id from reservation where seat_id is not null and status in ('held', 'paid')`
    expect(await found(`${held} order by seat_id`)).toEqual(['Index Only Scan of reservation_live'])
    expect(await found(`${held} order by seat_id limit $1`)).toEqual([])
    expect(await found(`${held} and seat_id = $1`)).toEqual([])
    await client.end()
  } finally {
    await postgres.remove()
  }
})

test('what may read all is a statement', () => {
  expect(statements.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(WHOLE)))
})

for (const [name, before] of Object.entries(STATISTICS)) {
  test(`with the statistics ${name}, no statement reads a growing table from end to end`, async () => {
    const postgres = await Postgres.startPrepared()
    try {
      const client = await postgres.connect()
      await client.query('alter system set autovacuum = off')
      await client.query('select pg_reload_conf()')
      await client.query(before)
      await client.query('vacuum analyze')
      await client.query(rows(100_001, 50_000, 'finished') + rows(200_001, 5_000, 'live'))
      await client.query('set plan_cache_mode = force_generic_plan')
      const bad: string[] = []
      for (const { name: statement, text } of statements.filter(({ name }) => WHOLE[name] === undefined)) {
        for (const read of await wholeReads(client, text)) bad.push(`${statement}: ${read}`)
      }
      expect(bad).toEqual([])
      await client.end()
    } finally {
      await postgres.remove()
    }
  })
}
