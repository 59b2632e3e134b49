import { createLogger, createRegistry, type MetricsRegistry } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Auditor } from '../src/operations/auditor/auditor.ts'
import { AuditorEvents } from '../src/operations/auditor/events.ts'
import type { Invariant } from '../src/operations/auditor/invariant.ts'
import { InvariantStore } from '../src/operations/auditor/invariant-store.ts'
import { INVARIANTS } from '../src/operations/auditor/invariants.ts'
import { invariantMetrics } from '../src/operations/auditor/metrics.ts'
import { Database } from '../src/platform/database/database.ts'
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
let more: number
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
  more = 0
})

afterEach(async () => {
  await database.close()
})

afterAll(async () => {
  await cleanUp()
  await postgres.remove()
})

function audit(invariants: readonly Invariant[] = INVARIANTS, roundMs = 5_000): Auditor {
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const logger = createLogger({ service: 'test', instance: 'test', level: 'info', registry, destination })
  const metrics = invariantMetrics(registry, { invariants: invariants.map(({ name }) => name) })
  const events = new AuditorEvents(metrics, logger)
  return new Auditor({ store: new InvariantStore(database), events, invariants, roundMs, onMore: () => (more += 1) })
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
    const auditor = audit()
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

test('what is large is looked at in slices, the newest in every round, and what is known to be broken, too', async () => {
  const one = INVARIANTS.filter(({ name }) => name === 'balance_never_negative').map((each) => ({ ...each, slice: 10 }))
  const auditor = audit(one, 0)
  await postgres.query('insert into balance (user_id, amount) select n, 0 from generate_series(1001, 1100) as n')
  const broken = async () => (await gauges()).balance_never_negative
  await auditor.work()
  expect([more, await gauges('invariant_checked_timestamp_seconds')]).toEqual([1, { balance_never_negative: 0 }])
  await postgres.query('update balance set amount = -1 where user_id in (1050, 1100)')
  await auditor.work()
  expect(await broken()).toBe(1) // the newest; the other's turn has not come
  for (let round = 0; round < 20 && more < 100; round += 1) await auditor.work()
  expect([await broken(), more]).toEqual([2, more])
  expect((await gauges('invariant_checked_timestamp_seconds')).balance_never_negative).toBeGreaterThan(1e9)
  await postgres.query('update balance set amount = 0 where user_id > 1000')
  await auditor.work()
  expect(await broken()).toBe(0)
  expect([said('invariant.broken').length, said('invariant.restored').length]).toEqual([1, 1])
  const asked = more
  await auditor.work()
  expect(more).toBe(asked) // everything was seen once: from now on at its own pace
  await postgres.query('delete from balance where user_id > 1000')
})

test('one that cannot be looked at keeps its last answer, fails the round, and keeps nobody else waiting twice', async () => {
  const wanted = ['balance_never_negative', 'stock_never_negative', 'coupon_count']
  const [balance, stock, coupon] = wanted.flatMap((wanted) => INVARIANTS.filter(({ name }) => name === wanted))
  if (balance === undefined || stock === undefined || coupon === undefined) throw new Error('they are there')
  const auditor = audit([balance, stock, coupon])
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

test('a worker audits, counts a round that it could not make as failed, and does not take back what it found', async () => {
  const redis = await RedisServer.start()
  cleanUp = () => redis.remove()
  const worker = await Worker.start({ databaseUrl: postgres.url, redisUrl: redis.url })
  cleanUp = async () => {
    await worker.kill()
    await redis.remove()
  }
  const violations = (invariant: string) => worker.metric('invariant_violations', { invariant })
  const runs = (outcome: string) => worker.metric('job_runs_total', { job: 'auditor', outcome })
  const page = await (await fetch(`${worker.opsUrl}/metrics`)).text()
  for (const { name } of INVARIANTS) expect(page).toContain(`invariant_violations{invariant="${name}"} 0`)
  await postgres.query('update coupon set issued = issued + 1 where id = 1')
  await until('it is found', async () => (await violations('coupon_count')) === 1, 20_000)
  await postgres.stop()
  const failed = await runs('failed')
  await until('it cannot look', async () => (await runs('failed')) > failed, 20_000)
  expect(await violations('coupon_count')).toBe(1)
  await postgres.restart()
  await postgres.query('update coupon set issued = issued - 1 where id = 1')
  await until('it is gone', async () => (await violations('coupon_count')) === 0, 20_000)
  expect(worker.logs('invariant.broken')).toEqual([
    expect.objectContaining({ level: 'error', invariant: 'coupon_count', keys: [1] }),
  ])
  expect(await worker.stop()).toBe(0)
})
