import { readFileSync } from 'node:fs'
import { createLogger, createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import { type Job, type JobOptions, jobMaker, type MakeJob } from '../src/platform/jobs/job.ts'
import { type JobParts, workerJobs } from '../src/programs/worker/jobs.ts'
import { ReservationStore } from '../src/ticketing/reservation/reservation-store.ts'
import { WHOLE } from './support/broken-rows.ts'
import { Buyer, codeOf } from './support/buyer.ts'
import { count } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
let database: Database

beforeAll(async () => {
  stack = await startStack()
  const registry = createRegistry({ service: 'test' })
  database = new Database({
    url: stack.postgres.url,
    applicationName: 'clean',
    registry,
    onIdleError: () => undefined,
  })
})

beforeEach(async () => {
  await stack.postgres.query(
    'truncate reservation, balance, support_inquiry, sales_statistics, shop_order, coupon_issue restart identity cascade',
  )
})

afterAll(async () => {
  await database.close()
  await stack.remove()
})

/** The job as a worker has it, and one run of it. The other jobs are not run. */
function cleaning(reservations = new ReservationStore(database)): {
  job: Job
  work: (halt: AbortSignal) => Promise<void>
} {
  const registry = createRegistry({ service: 'test' })
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', registry })
  const make = jobMaker(registry, logger)
  const works = new Map<string, JobOptions['work']>()
  const job: MakeJob = (options) => {
    works.set(options.name, options.work)
    return make({ ...options, pauseMs: 60_000 })
  }
  const jobs = workerJobs({ registry, logger, job, reservations, database } as JobParts)
  const found = jobs.find(({ name }) => name === 'data-cleaning')
  const work = works.get('data-cleaning')
  if (found === undefined || work === undefined) throw new Error('no job cleans')
  return { job: found, work }
}

const clean = () => cleaning().work(new AbortController().signal)

const reserve = (seat: number, status: string, expiresAgo: string) =>
  stack.postgres.query(`insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
    values (1, 1, 1, ${seat}, 50000, '${status}', now() - interval '${expiresAgo}')`)
const seatsLeft = async () =>
  (await stack.postgres.query<{ seat: number }>('select seat_id as seat from reservation order by 1')).map(
    ({ seat }) => seat,
  )

const expired = (many: number) =>
  stack.postgres.query(`insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
    select 1, 1, 1, 1 + n % 600, 50000, 'expired', now() - interval '25 hours' from generate_series(1, ${many}) as n`)
const reservations = () => count(stack.postgres, 'select from reservation')

test('a reservation that expired can be read for a day; what is held or paid is never forgotten, whenever it would have expired', async () => {
  const user = new Buyer(1)
  await reserve(1, 'expired', '23 hours 59 minutes')
  await reserve(2, 'expired', '24 hours 1 minute')
  await reserve(3, 'held', '-1 minute')
  await reserve(4, 'held', '2 days') // nobody has written that down: first its seat map has to be dropped
  await reserve(5, 'paid', '2 days')
  const [first, second] = await stack.postgres.query<{ id: number }>('select id from reservation order by seat_id')
  expect((await user.reservation(stack.api, second?.id ?? 0)).body).toMatchObject({ status: 'expired' })
  await clean()
  expect(await seatsLeft()).toEqual([1, 3, 4, 5])
  expect((await user.reservation(stack.api, first?.id ?? 0)).body).toMatchObject({ status: 'expired' })
  expect(codeOf(await user.reservation(stack.api, second?.id ?? 0))).toBe('404 reservation_not_found')
  expect(codeOf(await user.pay(stack.api, [second?.id ?? 0]))).toBe('404 reservation_not_found')
})

test('inquiries are forgotten after 30 days, hours of sales once nobody can ask for them', async () => {
  await stack.postgres.query(`insert into support_inquiry (topic, at) values
    ('payment', now() - interval '29 days 23 hours'), ('order', now() - interval '30 days 1 hour')`)
  const hour = async () => (await stack.postgres.query(`select date_trunc('hour', now())::text as hour`))[0]?.hour
  let [before, kept, told]: unknown[] = []
  do {
    before = await hour()
    await stack.postgres.query('truncate sales_statistics')
    await stack.postgres.query(`insert into sales_statistics select date_trunc('hour', now()) - make_interval(hours => h), 'product', 7, 1, 1
      from unnest(array[0, 743, 744, 745, 9000]) as h`)
    await clean()
    kept = await stack.postgres.query('select from sales_statistics')
    told = (await stack.api.ops('GET', '/statistics/sales?hours=744')).body
  } while ((await hour()) !== before) // else each row is an hour older than it was meant
  expect(await stack.postgres.query('select topic from support_inquiry')).toEqual([{ topic: 'payment' }])
  expect(kept).toHaveLength(3)
  expect(told).toHaveLength(2)
})

const tablesOf = async () =>
  (
    await stack.postgres.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
    )
  ).map(({ name }) => name)

test('of every table it is written down how long its rows are kept', async () => {
  const text = readFileSync(new URL('../../docs/how-the-reference-app-works.md', import.meta.url), 'utf8')
  const table =
    text
      .split('## What is kept')[1]
      ?.split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|')) ?? []
  const named = table.flatMap((line) => (line.split('|')[1] ?? '').match(/(?<=`)\w+(?=`)/g) ?? [])
  expect(named.sort()).toEqual(await tablesOf())
})

test('nothing else is deleted', async () => {
  await stack.postgres.query(WHOLE)
  await expired(10)
  const tables = await tablesOf()
  const counts = async () =>
    Object.fromEntries(
      await Promise.all(tables.map(async (name) => [name, await count(stack.postgres, `select from ${name}`)])),
    ) as Record<string, number>
  const before = await counts()
  await clean()
  expect(await counts()).toEqual({ ...before, reservation: (before.reservation ?? 0) - 10 })
  expect(before).toMatchObject({ seat: 672, payment: 1, shop_order: 5, balance_entry: 3 })
})

test('several workers do it at once, each passes over what another has, and nothing is left', async () => {
  await expired(4_500)
  const other = await stack.postgres.connect()
  await other.query('begin')
  await other.query('select from reservation where id = (select min(id) from reservation) for update')
  await Promise.all([clean(), clean(), clean()])
  while ((await reservations()) > 1) await clean() // a batch that another had a part of is the end of a run
  await other.query('rollback')
  await other.end()
  expect(await reservations()).toBe(1)
  await clean()
  expect(await reservations()).toBe(0)
})

test.each(['stopped', 'paused'] as const)('%s, it ends after the batch of now, however much is left', async (how) => {
  await expired(5_000)
  const { promise, resolve } = Promise.withResolvers<void>()
  const { job } = cleaning(
    new (class extends ReservationStore {
      override async forgetExpired(hours: number, limit: number): Promise<number> {
        const forgotten = await super.forgetExpired(hours, limit)
        if (how === 'paused') job.pause()
        resolve(job.stop())
        return forgotten
      }
    })(database),
  )
  job.begin()
  job.wake()
  await promise
  expect(await reservations()).toBe(4_000)
})
