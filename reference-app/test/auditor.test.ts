import { createLogger, createRegistry, type MetricsRegistry } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { Auditor } from '../src/operations/auditor/auditor.ts'
import { AuditorEvents } from '../src/operations/auditor/events.ts'
import type { Invariant } from '../src/operations/auditor/invariant.ts'
import { INVARIANTS } from '../src/operations/auditor/invariants.ts'
import { invariantMetrics } from '../src/operations/auditor/metrics.ts'
import { Database } from '../src/platform/database/database.ts'
import { DatabaseUnavailableError } from '../src/platform/database/errors.ts'
import { BREAKS, UNGUARD, WHOLE } from './support/broken-rows.ts'
import { expectNothingBroken } from './support/invariants.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

let postgres: Postgres
let database: Database
let registry: MetricsRegistry
let lines: Record<string, unknown>[]
let cleanUp = async () => {}

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  await postgres.query(WHOLE)
  await expectNothingBroken(postgres)
  await postgres.query(UNGUARD)
})

beforeEach(() => {
  registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'audit', registry, onIdleError: () => undefined })
  lines = []
})

afterEach(async () => {
  await database.close()
})

afterAll(async () => {
  await cleanUp()
  await postgres.remove()
})

function auditorOf(invariants: readonly Invariant[] = INVARIANTS): { work(halt?: AbortSignal): Promise<void> } {
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', registry, destination })
  const metrics = invariantMetrics(registry, { invariants: invariants.map(({ name }) => name) })
  const auditor = new Auditor({ database, events: new AuditorEvents(metrics, logger), invariants })
  return { work: (halt = new AbortController().signal) => auditor.work(halt) }
}

async function gauges(name = 'invariant_violations'): Promise<Record<string, number>> {
  const metric = await registry.getSingleMetric(name)?.get()
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels.invariant, value]))
}

const NONE = Object.fromEntries(INVARIANTS.map(({ name }) => [name, 0]))
const said = (event: string) => lines.filter((line) => line.event === event)

test('every invariant can be broken by hand', () => {
  expect(Object.keys(BREAKS).sort()).toEqual(INVARIANTS.map(({ name }) => name).sort())
})

describe.each(Object.entries(BREAKS))('%s', (name, { rows, also = {}, breaks, mends }) => {
  test('moves its gauge when rows break it, says so once, and goes back when they are mended', async () => {
    const auditor = auditorOf()
    expect(await gauges()).toEqual(NONE)
    await auditor.work()
    expect(await gauges()).toEqual(NONE)
    expect(Math.min(...Object.values(await gauges('invariant_checked_timestamp_seconds')))).toBeGreaterThan(1e9)
    await postgres.query(breaks)
    await auditor.work()
    await auditor.work()
    expect(await gauges()).toEqual({ ...NONE, ...also, [name]: rows })
    expect(said('invariant.broken').filter(({ invariant }) => invariant === name)).toEqual([
      expect.objectContaining({ level: 'error', rows, keys: expect.any(Array) }),
    ])
    await postgres.query(mends)
    await auditor.work()
    expect(await gauges()).toEqual(NONE)
    expect(said('invariant.restored').map(({ invariant }) => invariant)).toContain(name)
  })
})

test('one that cannot be checked keeps its last answer, fails the run, and hides the others once at most', async () => {
  const wanted = ['balance_never_negative', 'stock_never_negative', 'coupon_count']
  const [balance, stock, coupon] = wanted.flatMap((wanted) => INVARIANTS.filter(({ name }) => name === wanted))
  if (balance === undefined || stock === undefined || coupon === undefined) throw new Error('they are there')
  const auditor = auditorOf([balance, stock, coupon])
  await postgres.query('update product set stock = -1 where id = 9; update balance set amount = -1 where user_id = 1')
  await auditor.work()
  const before = await gauges('invariant_checked_timestamp_seconds')
  const found = { balance_never_negative: 1, stock_never_negative: 1, coupon_count: 0 }
  expect(await gauges()).toEqual(found)
  await postgres.query(`alter table product rename to product_away; update balance set amount = 100 where user_id = 1;
    update coupon set issued = issued + 1 where id = 1`)
  await expect(auditor.work()).rejects.toThrow('product')
  expect(await gauges()).toEqual({ ...found, balance_never_negative: 0 })
  await expect(auditor.work()).rejects.toThrow('product')
  expect(await gauges()).toEqual({ ...found, balance_never_negative: 0, coupon_count: 1 })
  const after = await gauges('invariant_checked_timestamp_seconds')
  expect(after.stock_never_negative).toBe(before.stock_never_negative)
  expect(after.coupon_count).toBeGreaterThan(before.coupon_count ?? Number.POSITIVE_INFINITY)
  await postgres.query(`alter table product_away rename to product; update coupon set issued = issued - 1 where id = 1;
    update product set stock = initial_stock where id = 9`)
  await auditor.work()
  expect(await gauges()).toEqual({ balance_never_negative: 0, stock_never_negative: 0, coupon_count: 0 })
})

test('a statement that takes too long is ended, and its invariant counts as not checked', async () => {
  const auditor = auditorOf(INVARIANTS.filter(({ name }) => name === 'coupon_count'))
  const holder = new Client({ connectionString: postgres.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('lock table coupon in access exclusive mode')
    await expect(auditor.work()).rejects.toBeInstanceOf(DatabaseUnavailableError)
    expect(await gauges('invariant_checked_timestamp_seconds')).toEqual({ coupon_count: 0 })
  } finally {
    await holder.end()
  }
  await auditor.work()
  expect((await gauges('invariant_checked_timestamp_seconds')).coupon_count).toBeGreaterThan(1e9)
})

test('a run that is halted begins no further statement, and the next one goes on behind it', async () => {
  const auditor = auditorOf()
  const halt = new AbortController()
  const checked = async () =>
    Object.values(await gauges('invariant_checked_timestamp_seconds')).filter((at) => at > 0).length
  const run = auditor.work(halt.signal)
  halt.abort()
  await run
  expect(await checked()).toBe(1)
  await auditor.work()
  expect(await checked()).toBe(INVARIANTS.length)
})

test('a worker audits, counts a run that failed, and does not take back what it found', async () => {
  const redis = await RedisServer.start()
  cleanUp = () => redis.remove()
  const worker = await Worker.start({ databaseUrl: postgres.url, redisUrl: redis.url })
  cleanUp = async () => {
    await worker.kill()
    await redis.remove()
  }
  const violations = (invariant: string) => worker.metric('invariant_violations', { invariant })
  const runs = (outcome: string) => worker.metric('job_runs_total', { job: 'auditor', outcome })
  /** Resuming a job runs it at once. */
  const audit = async () => {
    for (const paused of [true, false]) expect((await worker.ops('PUT', '/jobs/auditor', { paused })).status).toBe(200)
  }
  const page = await (await fetch(`${worker.opsUrl}/metrics`)).text()
  for (const { name } of INVARIANTS) expect(page).toContain(`invariant_violations{invariant="${name}"} 0`)
  await postgres.query('update coupon set issued = issued + 1 where id = 1')
  await audit()
  await until('it is found', async () => (await violations('coupon_count')) === 1)
  await postgres.stop()
  const failed = await runs('failed')
  await audit()
  await until('it cannot look', async () => (await runs('failed')) > failed)
  expect(await violations('coupon_count')).toBe(1)
  await postgres.restart()
  await postgres.query('update coupon set issued = issued - 1 where id = 1')
  await audit()
  await until('it is gone', async () => (await violations('coupon_count')) === 0)
  expect(worker.logs('invariant.broken')).toEqual([
    expect.objectContaining({ level: 'error', invariant: 'coupon_count', keys: [1] }),
  ])
  expect(await worker.stop()).toBe(0)
})
