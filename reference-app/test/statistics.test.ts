import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { countAllSales, countNewSales } from '../src/commerce/statistics/count-sales.ts'
import { StatisticsStore } from '../src/commerce/statistics/statistics-store.ts'
import { Database } from '../src/platform/database/database.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
/** Nothing ends these runs early. */
const NEVER = new AbortController().signal
let database: Database
let statistics: StatisticsStore
/** When it began: one hour for all that a test sells, also when the next one begins meanwhile. */
let thisHour: string

beforeAll(async () => {
  stack = await startStack()
  const { url } = stack.postgres
  const registry = createRegistry({ service: 'test' })
  database = new Database({ url, applicationName: 'statistics', registry, onIdleError: () => undefined })
  statistics = new StatisticsStore(database)
  const [row] = await stack.postgres.query(`select date_trunc('hour', now())::text as hour`)
  thisHour = `timestamptz '${row?.hour}'`
})

afterAll(async () => {
  await database.close()
  await stack.remove()
})

beforeEach(async () => {
  await stack.postgres.query('truncate sales_statistics, shop_order, reservation, balance cascade')
})

/** Two pieces of product 7 for 14,000 won. */
const sellPieces = (at: string) =>
  stack.postgres.query(`with placed as (
      insert into shop_order (user_id, status, total, discount) values (1, 'paid', 14000, 0) returning id),
    item as (insert into order_item select id, 7, 2, 7000 from placed)
    insert into order_change (order_id, version, status, at) select id, 2, 'paid', ${at} from placed`)

const sellSeat = (seat: number, at: string) =>
  stack.postgres.query(`insert into balance values (1, 0) on conflict do nothing;
    with entry as (insert into balance_entry (user_id, kind, amount, balance_after) values (1, 'payment', -50000, 0) returning id),
    sold as (insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
      values (1, 1, 1, ${seat}, 50000, 'paid', now()) returning id)
    insert into payment (reservation_id, entry_id, user_id, amount, paid_at) select sold.id, entry.id, 1, 50000, ${at} from sold, entry`)

const sales = async (hours = 24) =>
  ((await stack.api.ops('GET', `/statistics/sales?hours=${hours}`)).body as { kind: string }[]).map((row) => ({
    ...row,
    hour: undefined,
  }))

test('sales are counted by hour, product and concert, and operators can read them', async () => {
  await sellPieces(`${thisHour} + interval '1 second'`)
  await sellPieces(`${thisHour} + interval '59 minutes 59.9 seconds'`)
  await sellPieces(`${thisHour} - interval '1 second'`)
  await sellSeat(1, thisHour)
  await sellSeat(2, thisHour)
  await countNewSales(statistics, NEVER)
  const hour = { hour: undefined, kind: 'product', subject: 7 }
  expect(await sales()).toEqual([
    { hour: undefined, kind: 'concert', subject: 1, quantity: 2, revenue: 100_000 },
    { ...hour, quantity: 4, revenue: 28_000 },
    { ...hour, quantity: 2, revenue: 14_000 },
  ])
  await countNewSales(statistics, NEVER)
  await countAllSales(statistics, NEVER)
  expect(await sales()).toHaveLength(3)
})

test('what is new is added, also to the hour before the last; what is older waits for the rebuild', async () => {
  await sellPieces(`${thisHour} - interval '3 hours'`)
  await sellPieces(thisHour)
  await countNewSales(statistics, NEVER)
  await sellPieces(thisHour)
  await sellPieces(`${thisHour} - interval '1 hour'`) // its transaction took long
  await sellPieces(`${thisHour} - interval '3 hours'`) // mended by hand
  await countNewSales(statistics, NEVER)
  const quantities = async () => (await sales()).map((row) => (row as unknown as { quantity: number }).quantity)
  expect(await quantities()).toEqual([4, 2, 2])
  await countAllSales(statistics, NEVER)
  expect(await quantities()).toEqual([4, 2, 4])
})

test('nothing sold is nothing counted, and a month without sales costs nothing', async () => {
  await countAllSales(statistics, NEVER)
  expect(await sales()).toEqual([])
  await sellPieces(`now() - interval '743 hours'`)
  await sellPieces(`now() - interval '10 years'`) // nobody can ask for it
  await sellPieces('now()')
  const startedAt = performance.now()
  await countAllSales(statistics, NEVER)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
  expect(await stack.postgres.query('select quantity::int from sales_statistics')).toHaveLength(2)
})

test.each(['0', '745', 'x', '-1'])('refuses hours=%s', async (hours) => {
  expect((await stack.api.ops('GET', `/statistics/sales?hours=${hours}`)).status).toBe(400)
})
