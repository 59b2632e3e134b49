import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import type { Statement } from '../src/platform/database/statement.ts'
import { forgetStays } from '../src/ticketing/waiting-room/forget-stays.ts'
import { JournalStore } from '../src/ticketing/waiting-room/journal-store.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'

/** Rows of the journal that this transaction has looked at. */
const ROWS_READ: Statement = {
  name: 'rows-read',
  operation: 'SELECT',
  collection: 'pg_stat_xact_user_tables',
  text: `select (seq_tup_read + idx_tup_fetch)::float8 as rows from pg_stat_xact_user_tables where relname = 'waiting_room_journal'`,
}

let postgres: Postgres
let database: Database

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  const registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'forget', registry, onIdleError: () => undefined })
})

afterAll(async () => {
  await database.close()
  await postgres.remove()
})

test('stays are forgotten a day after their token expired, but never the last that was admitted: it says how far the line has come', async () => {
  await postgres.query(`insert into waiting_room_journal
    (token_id, user_id, seq, joined_at, expires_at, admitted_until)
    select 'stay-' || seq, seq, seq, now() - interval '3 days', now() - age, admitted from (values
      (1, interval '25 hours', now() - interval '25 hours'),
      (2, interval '25 hours', null),
      (3, interval '23 hours', now() - interval '23 hours'),
      (4, interval '-1 hour', null),
      (5, interval '30 hours', now() - interval '30 hours'),
      (6, interval '30 hours', null)) as stay (seq, age, admitted)`)
  await forgetStays(new JournalStore(database), new AbortController().signal)
  const left = await postgres.query<{ seq: string }>('select seq from waiting_room_journal order by seq')
  expect(left.map(({ seq }) => Number(seq))).toEqual([3, 4, 5, 6])
})

test('a page of the line costs what is in it, however many stays are over', async () => {
  await postgres.query(`truncate waiting_room_journal;
    insert into waiting_room_journal (token_id, user_id, seq, joined_at, expires_at, admitted_until, ended_as)
    select 'stay-' || seq, 1 + seq % 5000, seq, now() - ago, now() - ago + interval '1 hour', case when seq <= 39300 then now() - ago end,
      case when seq <= 39000 then 'completed' end
    from generate_series(1, 40000) as seq cross join lateral make_interval(secs => 40000 - seq) as ago;
    analyze waiting_room_journal`)
  await database.transaction(async (transaction) => {
    expect(await new JournalStore(database).live(transaction, 0, 500)).toHaveLength(500)
    const [read] = await transaction.query<{ rows: number }>(ROWS_READ)
    expect(read?.rows).toBeLessThan(5_000)
  })
})
