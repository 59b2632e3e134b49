import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { DatabaseUnavailableError } from '../src/platform/database/errors.ts'
import { ReservedConnection } from '../src/platform/database/reserved-connection.ts'
import { Postgres } from './support/postgres.ts'
import { TcpProxy } from './support/tcp-proxy.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let reserved: ReservedConnection

beforeAll(async () => {
  postgres = await Postgres.start()
  await postgres.query('create table note (text text primary key)')
  reserved = new ReservedConnection({ url: postgres.url, applicationName: 'api-test' })
})

beforeEach(async () => {
  await postgres.query('truncate note')
})

afterAll(async () => {
  await reserved.close()
  await postgres.remove()
})

const notes = async () =>
  (await postgres.query<{ text: string }>('select text from note order by text')).map(({ text }) => text)
const sessions = () => postgres.query(`select from pg_stat_activity where application_name = 'api-test/operations'`)
const INSERT = 'insert into note values ($1)'

test('everybody shares one connection, which the server knows by its name', async () => {
  const pids = await Promise.all(
    Array.from({ length: 20 }, () => reserved.query<{ pid: number }>('select pg_backend_pid() as pid')),
  )
  expect(new Set(pids.flat().map(({ pid }) => pid)).size).toBe(1)
  expect(await sessions()).toHaveLength(1)
})

test('a transaction is not mixed with what others ask meanwhile, and leaves nothing behind when it throws', async () => {
  const inside = Promise.withResolvers<void>()
  const failing = reserved.transaction(async (transaction) => {
    await transaction.query(INSERT, ['mine'])
    inside.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    throw new RangeError('changed my mind')
  })
  await inside.promise
  const other = reserved.query(INSERT, ['of another'])
  await expect(failing).rejects.toThrow(RangeError)
  await other
  expect(await notes()).toEqual(['of another'])
  expect(await reserved.transaction((transaction) => transaction.query('select 7 as n'))).toEqual([{ n: 7 }])
})

test('a complaint about the statement is no outage and leaves the connection as it was', async () => {
  const [before] = await reserved.query('select pg_backend_pid()')
  await reserved.query(INSERT, ['twice'])
  await expect(reserved.query(INSERT, ['twice'])).rejects.toMatchObject({ code: '23505' })
  expect(await reserved.query('select pg_backend_pid()')).toEqual([before])
})

test('while the server hangs each call is given up after two seconds, also one that waits for its turn', async () => {
  await reserved.query('select 1')
  postgres.hang()
  const startedAt = performance.now()
  const calls = Array.from({ length: 5 }, () => reserved.query('select 1'))
  const results = await Promise.allSettled(calls)
  const elapsed = performance.now() - startedAt
  const fresh = await Promise.allSettled([reserved.query('select 1')]) // one that has to connect first
  const whole = performance.now() - startedAt
  postgres.resume()
  for (const result of [...results, ...fresh]) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailableError) })
  }
  expect(elapsed).toBeGreaterThan(1_900)
  expect(elapsed).toBeLessThan(3_500) // not one after the other
  expect(whole).toBeLessThan(6_500)
  expect(await until('it answers again', () => reserved.query('select 1 as n'))).toEqual([{ n: 1 }])
  await until('there is one session again', async () => (await sessions()).length === 1)
})

test('a call that was given up takes its own connection with it, not the new one of whoever waited for its turn', async () => {
  const proxy = await TcpProxy.start(postgres.port)
  const url = postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`)
  const behind = new ReservedConnection({ url, applicationName: 'behind' })
  try {
    await behind.query('select 1')
    proxy.vanish() // new connections are fine
    const lost = behind.query('select 1').catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 1_000)) // the next has so long left when its turn comes
    const next = behind.query('select 2 as n')
    expect(await lost).toBeInstanceOf(DatabaseUnavailableError)
    expect(await next).toEqual([{ n: 2 }])
  } finally {
    await behind.close()
    await proxy.close()
  }
})

test('a transaction that takes too long has no effect, and cannot reach into the next one', async () => {
  const late = Promise.withResolvers<void>()
  let afterwards: Promise<unknown> = Promise.resolve()
  const slow = reserved.transaction(async (transaction) => {
    await transaction.query(INSERT, ['late'])
    await late.promise
    afterwards = transaction.query(INSERT, ['later'])
    await afterwards
  })
  await expect(slow).rejects.toThrow(DatabaseUnavailableError)
  const next = reserved.transaction(async (transaction) => {
    await transaction.query(INSERT, ['next'])
    late.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    await expect(afterwards).rejects.toThrow(DatabaseUnavailableError)
  })
  await next
  expect(await notes()).toEqual(['next'])
})

test('a stopped server fails at once, one that is back is used again, and so is one that ended the session', async () => {
  await postgres.stop()
  const startedAt = performance.now()
  await expect(reserved.query('select 1')).rejects.toThrow(DatabaseUnavailableError)
  expect(performance.now() - startedAt).toBeLessThan(1_800) // not after the limit
  await postgres.restart()
  expect(await reserved.query('select 1 as n')).toEqual([{ n: 1 }])
  await postgres.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'api-test/operations'`,
  )
  expect(await until('it answers again', () => reserved.query('select 2 as n'))).toEqual([{ n: 2 }])
})

test('after the end there is no session left and nothing can be asked', async () => {
  const closing = new ReservedConnection({ url: postgres.url, applicationName: 'closing' })
  await closing.query('select 1')
  await closing.close()
  const left = () => postgres.query(`select from pg_stat_activity where application_name = 'closing/operations'`)
  await until('its session is gone', async () => (await left()).length === 0)
  await expect(closing.query('select 1')).rejects.toThrow(DatabaseUnavailableError)
})

test('closing ends within four seconds while the server hangs, also with a call under way', async () => {
  const closing = new ReservedConnection({ url: postgres.url, applicationName: 'closing' })
  await closing.query('select 1')
  postgres.hang()
  const startedAt = performance.now()
  const call = closing.query('select 1').catch(() => 'given up')
  await closing.close()
  const elapsed = performance.now() - startedAt
  postgres.resume()
  expect(await call).toBe('given up')
  expect(elapsed).toBeLessThan(4_500)
})

test('closing ends within four seconds while the server hangs and nothing is under way', async () => {
  const closing = new ReservedConnection({ url: postgres.url, applicationName: 'closing' })
  await closing.query('select 1')
  postgres.hang()
  const startedAt = performance.now()
  await closing.close()
  const elapsed = performance.now() - startedAt
  postgres.resume()
  expect(elapsed).toBeLessThan(4_500)
})
