import { createRegistry, type MetricsRegistry, type PostgresMetrics, postgresMetrics } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { samples } from './scrape.ts'

/** For a connection that a test is not about: a server that has much to do takes its time. Milliseconds. */
const CONNECT_LIMIT_MS = 20_000
const SELECT = { operation: 'SELECT', collection: 'seats' }

let server: PostgresServer
let registry: MetricsRegistry
let pool: pg.Pool
let postgres: PostgresMetrics

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server?.stop())

beforeEach(() => {
  registry = createRegistry({ service: 'test' })
  pool = new pg.Pool({ connectionString: server.url, max: 1, connectionTimeoutMillis: CONNECT_LIMIT_MS })
  postgres = postgresMetrics(registry, pool, { poolName: 'primary' })
})

afterEach(() => pool.end())

async function value(name: string, state?: string): Promise<number | undefined> {
  const found = await samples(registry, name)
  return found.find(({ labels }) => state === undefined || labels.db_client_connection_state === state)?.value
}

async function timedErrors(): Promise<string[]> {
  const counts = await samples(registry, 'db_client_operation_duration_seconds_count')
  return counts.map(({ labels, value }) => `${labels.db_operation_name} ${labels.error_type} ${value}`)
}

test('the gauges follow the pool', async () => {
  expect(await value('db_client_connection_count', 'idle')).toBe(0)
  const client = await pool.connect()
  const waiting = pool.connect()
  expect(await value('db_client_connection_count', 'used')).toBe(1)
  expect(await value('db_client_connection_pending_requests')).toBe(1)
  expect(await value('db_client_connection_max')).toBe(1)
  client.release()
  ;(await waiting).release()
  expect(await value('db_client_connection_count', 'idle')).toBe(1)
  expect(await value('db_client_connection_pending_requests')).toBe(0)
})

test('a limit that an operator changes shows at once', async () => {
  pool.options.max = 7
  expect(await value('db_client_connection_max')).toBe(7)
})

test('every way to a connection is timed: query, connect with a promise, connect with a callback', async () => {
  await pool.query('SELECT 1')
  const client = await pool.connect()
  client.release()
  await new Promise<void>((resolve, reject) => {
    pool.connect((error, _client, done) => {
      done()
      error ? reject(error) : resolve()
    })
  })
  expect(await value('db_client_connection_wait_time_seconds_count')).toBe(3)
  expect(await value('db_client_connection_timeouts_total')).toBe(0)
})

test('a pool that is exhausted counts time-outs, with the time that was waited in vain', async () => {
  const client = await pool.connect()
  pool.options.connectionTimeoutMillis = 100
  await expect(postgres.timed(SELECT, () => pool.query('SELECT 1'))).rejects.toThrow('timeout exceeded')
  await expect(pool.connect()).rejects.toThrow('timeout exceeded')
  client.release()
  expect(await value('db_client_connection_timeouts_total')).toBe(2)
  expect(await value('db_client_connection_wait_time_seconds_count')).toBe(3)
  expect(await value('db_client_connection_wait_time_seconds_sum')).toBeGreaterThanOrEqual(0.19)
  expect(await timedErrors()).toEqual(['SELECT pool_timeout 1'])
})

test('timed returns what the query does and records its duration', async () => {
  const { rows } = await postgres.timed(SELECT, () => pool.query('SELECT 17 AS answer, pg_sleep(0.06)'))
  expect(rows[0].answer).toBe(17)
  const [sample] = await samples(registry, 'db_client_operation_duration_seconds_sum')
  expect(sample?.labels).toEqual({
    db_system_name: 'postgresql',
    db_operation_name: 'SELECT',
    db_collection_name: 'seats',
    error_type: '',
  })
  expect(sample?.value).toBeGreaterThanOrEqual(0.06)
})

test('a query that the database refuses is recorded under its SQLSTATE and still throws', async () => {
  await expect(postgres.timed(SELECT, () => pool.query('SELECT * FROM nowhere'))).rejects.toThrow('does not exist')
  expect(await timedErrors()).toEqual(['SELECT 42P01 1'])
})

test('a database that is not there is an error, not a time-out', async () => {
  const gone = new pg.Pool({ host: '127.0.0.1', port: await freePort(), connectionTimeoutMillis: CONNECT_LIMIT_MS })
  const metrics = postgresMetrics(registry, gone, { poolName: 'gone' })
  await expect(metrics.timed(SELECT, () => gone.query('SELECT 1'))).rejects.toThrow('ECONNREFUSED')
  expect(await timedErrors()).toEqual(['SELECT ECONNREFUSED 1'])
  const timeouts = await samples(registry, 'db_client_connection_timeouts_total')
  expect(timeouts.map(({ labels, value }) => [labels.db_client_connection_pool_name, value])).toEqual([
    ['primary', 0],
    ['gone', 0],
  ])
  await gone.end()
})
