import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isFinal, ORDER_STATUSES, type OrderTransition, TRANSITIONS } from '../src/commerce/orders/order-status.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { BackOffice } from './support/shop.ts'

let postgres: Postgres
let back: BackOffice

beforeAll(async () => {
  postgres = await startPreparedPostgres()
  back = new BackOffice(postgres)
})

afterAll(async () => {
  await back.close()
  await postgres.remove()
})

/** The whole state machine, written down a second time: what each order is after each thing that can happen to it. */
const AFTER: Record<(typeof ORDER_STATUSES)[number], Partial<Record<OrderTransition, string>>> = {
  placed: { paymentSucceeded: 'paid', paymentFailed: 'payment_failed' },
  payment_failed: { paymentRetried: 'placed', leftUnpaid: 'cancelled' },
  paid: {},
  cancelled: {},
}

const everything = ORDER_STATUSES.flatMap((status) =>
  (Object.keys(TRANSITIONS) as OrderTransition[]).map((transition) => ({ status, transition })),
)

test.each(everything)('an order that is $status, on $transition', async ({ status, transition }) => {
  const added = { userId: 1, status, total: 5, discount: 0, couponIssueId: null }
  const { id } = await back.database.transaction((transaction) => back.orders.add(transaction, added))
  const move = () => back.database.transaction((transaction) => back.orders.move(transaction, id, transition))
  const after = AFTER[status][transition]
  expect(await move()).toBe(after !== undefined)
  const changes = () =>
    postgres.query(`select version, status from order_change where order_id = ${id} order by version`)
  const expected = [{ version: 1, status }, ...(after === undefined ? [] : [{ version: 2, status: after }])]
  expect(await changes()).toEqual(expected)
  expect((await back.orders.find(id))?.status).toBe(after ?? status)
})

test('an order is final exactly when nothing can happen to it', () => {
  for (const status of ORDER_STATUSES) expect(isFinal(status)).toBe(Object.keys(AFTER[status]).length === 0)
})
