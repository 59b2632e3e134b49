import { createRegistry, type MetricsRegistry } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import type { Statement } from '../src/platform/database/statement.ts'
import { Postgres } from './support/postgres.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let registry: MetricsRegistry
let database: Database

beforeAll(async () => {
  postgres = await Postgres.start()
})

beforeEach(() => {
  registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'pool', registry, onIdleError: () => undefined })
})

afterEach(async () => {
  await database.close()
  await until('the server has noticed', async () => (await sessions()) === 0) // a pool has ended before
})

afterAll(async () => {
  await postgres.remove()
})

const WORK: Statement = {
  name: 'work',
  operation: 'SELECT',
  collection: 'none',
  text: 'select pg_backend_pid() as pid',
}
const sessions = async () =>
  (await postgres.query(`select from pg_stat_activity where application_name = 'pool'`)).length

/** Transactions that each keep a connection until `end`. */
function occupy(count: number): { held: () => number; end(): void; all: Promise<unknown> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let held = 0
  const one = () =>
    database.transaction(async (transaction) => {
      await transaction.query(WORK)
      held += 1
      await promise
    })
  return { held: () => held, end: resolve, all: Promise.all(Array.from({ length: count }, one)) }
}

async function gauge(name: string, state?: string): Promise<number | undefined> {
  await registry.metrics() // read at a scrape
  const metric = await registry.getSingleMetric(name)?.get()
  return metric?.values.find(({ labels }) => state === undefined || labels.db_client_connection_state === state)?.value
}

test('a pool that grows gives connections at once to those who wait, and no more than its new limit', async () => {
  const work = occupy(16)
  await until('ten have one', () => work.held() === 10)
  expect(await gauge('db_client_connection_pending_requests')).toBe(6)

  const startedAt = performance.now()
  database.setPoolMax(14)
  await until('four more have one', () => work.held() === 14)
  expect(performance.now() - startedAt).toBeLessThan(1_800) // after two seconds they would have given up
  expect(database.poolMax).toBe(14)
  expect(await gauge('db_client_connection_max')).toBe(14)
  expect(await gauge('db_client_connection_count', 'used')).toBe(14)
  expect(await gauge('db_client_connection_pending_requests')).toBe(2)
  expect(await sessions()).toBe(14)
  work.end()
  await work.all
  expect(await gauge('db_client_connection_timeouts_total')).toBe(0)
})

test('idle connections above a smaller limit are closed at once', async () => {
  const work = occupy(8)
  await until('all have one', () => work.held() === 8)
  work.end()
  await work.all
  database.setPoolMax(3)
  await until('three sessions are left', async () => (await sessions()) === 3)
  expect(await gauge('db_client_connection_max')).toBe(3)
  expect(await gauge('db_client_connection_count', 'idle')).toBe(3)
})

test('busy connections above a smaller limit are closed when they are given back, also while others wait for them', async () => {
  const work = occupy(10)
  await until('all have one', () => work.held() === 10)
  const next = occupy(4)
  database.setPoolMax(2)
  expect(await sessions()).toBe(10)
  work.end()
  await work.all
  await until('two sessions are left', async () => (await sessions()) === 2)
  await until('two of those who waited have them', () => next.held() === 2)
  next.end()
  await next.all
  expect(next.held()).toBe(4)
  expect(await sessions()).toBe(2)
})

test('the smallest pool still serves everybody, one after the other, and can grow again', async () => {
  database.setPoolMax(1)
  const pids = (await Promise.all(Array.from({ length: 10 }, () => database.query<{ pid: number }>(WORK)))).flat()
  expect(new Set(pids.map(({ pid }) => pid)).size).toBe(1)
  database.setPoolMax(5)
  const work = occupy(5)
  await until('all have one', () => work.held() === 5)
  work.end()
  await work.all
})
