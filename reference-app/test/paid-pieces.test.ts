import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { InvariantStore } from '../src/operations/auditor/invariant-store.ts'
import { INVARIANTS } from '../src/operations/auditor/invariants.ts'
import { PaidPieces } from '../src/operations/auditor/paid-pieces.ts'
import { Patrol } from '../src/operations/auditor/patrol.ts'
import { Database } from '../src/platform/database/database.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'

/** More than two slices of 10,000. */
const ORDERS = 25_000
const [YESTERDAY, NOW] = [`now() - interval '1 day'`, 'now()']

let postgres: Postgres
let database: Database
let store: InvariantStore
let patrols: Patrol[]

/** Paid ones of one piece of a product of the first ten each, with their stock and sales. */
const PAID = `
insert into shop_order (user_id, status, total, discount, created_at, changed_at)
  select 1, 'paid', 10, 0, ${YESTERDAY}, ${YESTERDAY} from generate_series(1, ${ORDERS});
insert into order_item select id, 1 + id % 10, 1, 10 from shop_order;
update product set stock = stock - ${ORDERS / 10} where id <= 10;
insert into product_sales select n, ${ORDERS / 10}, ${ORDERS} from generate_series(1, 10) as n;
analyze;
`

/** One piece of product 50, ordered and held so far. */
async function order(id: number, status: string, at: string): Promise<void> {
  await postgres.query(`insert into shop_order (id, user_id, status, total, discount, reason, created_at, changed_at)
      overriding system value values (${id}, 1, '${status}', 10, 0, ${status === 'payment_failed' ? `'no_funds'` : null}, ${at}, ${at});
    insert into order_item values (${id}, 50, 1, 10);
    update product set stock = stock - 1 where id = 50`)
}

async function round(): Promise<number[]> {
  for (const patrol of patrols) await patrol.round()
  return patrols.flatMap(({ broken }) => [...broken])
}

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  await postgres.query(PAID)
  const registry = createRegistry({ service: 'test' })
  database = new Database({ url: postgres.url, applicationName: 'pieces', registry, onIdleError: () => undefined })
  store = new InvariantStore(database)
  patrols = INVARIANTS.filter(({ hasOrdersBehind }) => hasOrdersBehind).map((each) => new Patrol(each, store, 0))
})

afterAll(async () => {
  await database.close()
  await postgres.remove()
})

test('nothing is said before all orders are counted, a slice a round; then every round sees every product', async () => {
  expect(patrols.map(({ invariant }) => invariant.name)).toEqual(['stock_adds_up', 'sales_within_paid'])
  await postgres.query('update product set stock = stock - 1 where id = 3')
  const rounds = [await round(), await round(), await round()]
  expect([rounds, patrols.map(({ passed }) => passed)]).toEqual([
    [[], [], []],
    [0, 0],
  ])
  expect(await round()).toEqual([3])
  expect([await round(), patrols.map(({ passed }) => passed)]).toEqual([[3], [1, 1]])
  await postgres.query('update product set stock = stock + 1 where id = 3')
  expect(await round()).toEqual([])
})

test('what is counted is not looked at again, until all is counted again', async () => {
  const tamper = (quantity: number) => postgres.query(`update order_item set quantity = ${quantity} where order_id = 1`)
  /** The one that is going on has passed the first order. */
  const twoMorePasses = async () => {
    const before = patrols.map(({ passed }) => passed)
    while (patrols.some(({ passed }, n) => passed < (before[n] ?? 0) + 2)) await round()
  }
  await tamper(2)
  expect(await round()).toEqual([])
  await twoMorePasses()
  expect(await round()).toEqual([2])
  await tamper(1)
  await twoMorePasses()
  expect(await round()).toEqual([])
})

test('orders that can change are looked at in every round, whatever becomes of them', async () => {
  const [first, second] = [ORDERS + 1, ORDERS + 2]
  await order(first, 'payment_failed', YESTERDAY)
  await order(second, 'placed', YESTERDAY)
  for (let n = 0; n < 5; n += 1) expect(await round()).toEqual([])
  await postgres.query('update product set stock = stock + 1 where id = 50')
  expect(await round()).toEqual([50])
  await postgres.query(`update shop_order set status = 'cancelled', changed_at = now() where id = ${first}`)
  expect(await round()).toEqual([])
  await postgres.query(`update shop_order set status = 'paid', changed_at = now() where id = ${second};
    insert into product_sales values (50, 2, 10)`)
  expect(await round()).toEqual([50])
  await postgres.query('update product_sales set quantity = 1 where product_id = 50')
  for (let n = 0; n < 5; n += 1) expect(await round()).toEqual([])
  await postgres.query(`update shop_order set changed_at = ${YESTERDAY} where id > ${ORDERS}`)
  for (let n = 0; n < 5; n += 1) expect(await round()).toEqual([])
})

test('nothing is counted of the last two minutes, nor behind it: an order with a smaller id may still be under way', async () => {
  const pieces = new PaidPieces(store.paidPieces)
  const young = ORDERS + 3
  await order(young + 1, 'placed', YESTERDAY)
  await order(young, 'placed', NOW)
  await pieces.advance(Number.POSITIVE_INFINITY)
  expect(pieces.known).toMatchObject({ upTo: young - 1, open: [] })
  expect(await round()).toEqual([])
  await postgres.query(`update shop_order set created_at = ${YESTERDAY} where id = ${young}`)
  await pieces.advance(Number.POSITIVE_INFINITY)
  expect(pieces.known).toMatchObject({ upTo: young + 1, open: [young, young + 1] })
  await postgres.query(`update shop_order set status = 'paid', changed_at = now() where id = ${young};
    update shop_order set status = 'paid' where id > ${young}`)
  await pieces.advance(Number.POSITIVE_INFINITY)
  expect(pieces.known?.open).toEqual([young]) // a replica that is read may not know yet that it was paid
  expect(await round()).toEqual([])
})
