import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '../src/database/database.ts'
import { forgetStays } from '../src/waiting-room/forget-stays.ts'
import { JournalStore } from '../src/waiting-room/journal-store.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'

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
