import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import { DatabaseUnavailableError, toDatabaseError } from '../src/platform/database/errors.ts'
import type { Statement } from '../src/platform/database/statement.ts'
import { Postgres } from './support/postgres.ts'

let postgres: Postgres
let database: Database

beforeAll(async () => {
  postgres = await Postgres.start()
  await postgres.query('create table purse (id integer primary key, amount integer not null check (amount >= 0))')
  const registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'test', registry, onIdleError: () => undefined })
})

beforeEach(async () => {
  await postgres.query('truncate purse; insert into purse values (1, 0), (2, 0)')
})

afterAll(async () => {
  await database.close()
  await postgres.remove()
})

const statement = (name: string, text: string): Statement => ({ name, operation: 'UPDATE', collection: 'purse', text })
const ADD = statement('add', 'update purse set amount = amount + $2 where id = $1')
const amounts = async () =>
  (await postgres.query<{ amount: number }>('select amount from purse order by id')).map(({ amount }) => amount)

test('what throws in the middle leaves nothing behind, and its connection is used again', async () => {
  const failing = database.transaction(async (transaction) => {
    await transaction.query(ADD, [1, 5])
    throw new RangeError('changed my mind')
  })
  await expect(failing).rejects.toThrow(RangeError)
  expect(await amounts()).toEqual([0, 0])
  await database.transaction((transaction) => transaction.query(ADD, [1, 7]))
  expect(await amounts()).toEqual([7, 0])
  const connections = await postgres.query(`select from pg_stat_activity where application_name = 'test'`)
  expect(connections).toHaveLength(1)
})

test('two that lock each other out both take effect, once: the one that the server ends is run again', async () => {
  const both = { first: Promise.withResolvers<void>(), second: Promise.withResolvers<void>() }
  let runs = 0
  const inOrder = (ids: [number, number], mine: keyof typeof both, other: keyof typeof both) =>
    database.transaction(async (transaction) => {
      runs += 1
      await transaction.query(ADD, [ids[0], 1])
      both[mine].resolve()
      await both[other].promise
      await transaction.query(ADD, [ids[1], 10])
    })
  await Promise.all([inOrder([1, 2], 'first', 'second'), inOrder([2, 1], 'second', 'first')])
  expect(await amounts()).toEqual([11, 11])
  expect(runs).toBe(3)
})

test('a conflict that does not end is given up after five runs, as a database that is unavailable', async () => {
  await postgres.query(`create or replace function conflict() returns void language plpgsql as
    $$ begin raise exception using errcode = 'serialization_failure'; end $$`)
  let runs = 0
  const endless = database.transaction(async (transaction) => {
    runs += 1
    await transaction.query(statement('conflict', 'select conflict()'))
  })
  await expect(endless).rejects.toThrow(DatabaseUnavailableError)
  expect(runs).toBe(5)
})

test('a violated constraint is a bug of ours and is not run again', async () => {
  let runs = 0
  const wrong = database.transaction(async (transaction) => {
    runs += 1
    await transaction.query(ADD, [1, -1])
  })
  await expect(wrong).rejects.toMatchObject({ code: '23514' })
  expect(runs).toBe(1)
})

test('a connection that is lost between two statements is an unavailable database, takes nothing with it and is replaced', async () => {
  const lost = database.transaction(async (transaction) => {
    await transaction.query(ADD, [1, 3])
    await postgres.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test'`)
    await transaction.query(ADD, [2, 3])
  })
  await expect(lost).rejects.toThrow(DatabaseUnavailableError)
  expect(await amounts()).toEqual([0, 0])
  await database.transaction((transaction) => transaction.query(ADD, [1, 4]))
  expect(await amounts()).toEqual([4, 0])
})

test('an error of the socket is an unavailable database, also one whose code looks like a complaint of the server', () => {
  for (const code of ['ECONNRESET', 'EPIPE']) {
    const broken = Object.assign(new Error(`write ${code}`), { code, errno: -32, syscall: 'write' })
    expect(toDatabaseError(broken)).toBeInstanceOf(DatabaseUnavailableError)
  }
})
