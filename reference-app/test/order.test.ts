import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { useCoupon } from '../src/commerce/coupons/use-coupon.ts'
import { cancelUnpaidOrders } from '../src/commerce/orders/cancel-unpaid-orders.ts'
import type { Transaction } from '../src/platform/database/transaction.ts'
import { Api } from './support/api.ts'
import { codeOf, tally } from './support/buyer.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { BackOffice, order, orderOf, statusOf } from './support/shop.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
let second: Api
let back: BackOffice

beforeAll(async () => {
  stack = await startStack()
  second = await Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url, instance: 'api-second' })
  back = new BackOffice(stack.postgres)
})

afterEach(async () => {
  await expectNothingBroken(stack.postgres)
})

afterAll(async () => {
  await back.close()
  await second.stop()
  await stack.remove()
})

const setStock = (productId: number, pieces: number) =>
  stack.postgres.query(
    `update product set stock = ${pieces}, initial_stock = ${pieces} + initial_stock - stock where id = ${productId}`,
  )
const stockOf = async (productId: number) =>
  ((await stack.api.call(`/api/v1/products/${productId}`)).body as { stock: number }).stock
const giveCoupon = (userId: number, couponId = 1) => stack.api.post(`/coupons/${couponId}/issue`, { userId })
const retry = (orderId: number, userId: number, api = stack.api) => api.post(`/orders/${orderId}/payment`, { userId })
const placed = async (userId: number) => orderOf(await order(stack.api, userId, [[1, 1]])).id
const passTheQuarterHour = (orderId: number) =>
  stack.postgres.query(`update shop_order set changed_at = now() - interval '16 minutes' where id = ${orderId}`)

describe('ordering', () => {
  test('takes the stock, asks for the payment and answers at once; the same product twice is summed', async () => {
    const before = await stockOf(1)
    const reply = await order(stack.api, 1, [
      [2, 1],
      [1, 2],
      [1, 1],
    ])
    expect(reply.status).toBe(201)
    const { id } = orderOf(reply)
    expect(reply.headers.get('location')).toBe(`/api/v1/orders/${id}`)
    expect(reply.body).toEqual({
      id,
      userId: 1,
      status: 'placed',
      items: [
        { productId: 1, quantity: 3, price: 1 },
        { productId: 2, quantity: 1, price: 1 },
      ],
      total: 4,
      discount: 0,
      couponId: null,
      reason: null,
      createdAt: expect.stringMatching(/Z$/),
    })
    expect((await second.call(`/api/v1/orders/${id}`)).body).toEqual(reply.body)
    expect(await stockOf(1)).toBe(before - 3)
    expect(await count(stack.postgres, `select from order_payment where order_id = ${id} and amount = 4`)).toBe(1)
    const told = await stack.postgres.query(`select topic from outbox_event where key = 'order:${id}' order by id`)
    expect(told).toEqual([{ topic: 'payment.requested' }, { topic: 'order.placed' }])
  })

  test('at another price than the current one is refused and takes nothing', async () => {
    const before = await stockOf(1)
    const reply = await order(stack.api, 1, [
      [1, 1],
      [2, 1, 2],
    ])
    expect(codeOf(reply)).toBe('409 price_changed')
    expect(reply.body).toMatchObject({ detail: 'Not at this price: product 2 costs 1.' })
    expect(await stockOf(1)).toBe(before)
  })

  test('more than there is, also spread over lines, is refused naming the products and takes nothing of the others', async () => {
    await setStock(6, 3)
    const before = await stockOf(1)
    const reply = await order(stack.api, 1, [
      [1, 1],
      [6, 2, 6_000],
      [6, 2, 6_000],
    ])
    expect(codeOf(reply)).toBe('409 out_of_stock')
    expect((reply.body as { detail: string }).detail).toContain('product 6.')
    expect([await stockOf(1), await stockOf(6)]).toEqual([before, 3])
  })

  test('what does not exist is refused', async () => {
    expect(codeOf(await order(stack.api, 1, [[999, 1]]))).toBe('404 product_not_found')
    expect(codeOf(await order(stack.api, 1, [[1, 1]], { couponId: 999 }))).toBe('404 coupon_not_found')
    expect(codeOf(await order(stack.api, 1, [[1, 1]], { couponId: 2 }))).toBe('409 coupon_not_issued')
    expect(codeOf(await stack.api.call('/api/v1/orders/999999'))).toBe('404 order_not_found')
  })

  test.each([
    { userId: 1, orderItems: [] },
    { userId: 1, orderItems: [{ productId: 1, quantity: 0, price: 1 }] },
    { userId: 1, orderItems: [{ productId: 1, quantity: 1.5, price: 1 }] },
    { userId: 1, orderItems: [{ productId: 1, quantity: 1, price: -1 }] },
    { userId: 1, orderItems: [{ productId: 1, quantity: 1, price: 1 }], total: 0 },
  ])('with the body %j is malformed', async (body) => {
    expect(codeOf(await stack.api.post('/orders', body))).toBe('400 invalid_request')
  })

  test('with a key is done once, and answered the same again', async () => {
    const before = await stockOf(1)
    const replies = [
      await order(stack.api, 1, [[1, 1]], { key: 'once' }),
      await order(second, 1, [[1, 1]], { key: 'once' }),
    ]
    expect(replies.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    expect(replies[1]?.body).toEqual(replies[0]?.body)
    expect(replies[1]?.headers.get('location')).toBe(replies[0]?.headers.get('location'))
    expect(codeOf(await order(stack.api, 1, [[1, 2]], { key: 'once' }))).toBe('422 idempotency_key_reused')
    expect(await stockOf(1)).toBe(before - 1)
  })
})

describe('concurrent orders', () => {
  test('200 at once for 30 pieces sell exactly these', async () => {
    await setStock(7, 30)
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, i) => order(i % 2 ? stack.api : second, i + 1, [[7, 1, 7_000]])),
    )
    expect(tally(replies)).toEqual({ '201': 30, '409 out_of_stock': 170 })
    expect(await stockOf(7)).toBe(0)
    expect(await count(stack.postgres, 'select from order_item where product_id = 7')).toBe(30)
  })

  test('of overlapping products in any order never wait in a circle', async () => {
    const lines = (i: number): [number, number][] => {
      const ids = [1 + (i % 5), 1 + ((i * 2 + 1) % 5), 1 + ((i * 3 + 2) % 5)]
      return ids.map((id) => [id, 1])
    }
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) => order(i % 2 ? stack.api : second, i + 1, lines(i))),
    )
    expect(tally(replies)).toEqual({ '201': 100 })
    const deadlocks = await stack.postgres.query('select sum(deadlocks) as deadlocks from pg_stat_database')
    expect(deadlocks).toEqual([{ deadlocks: '0' }])
  })

  test('with one coupon use it once', async () => {
    await giveCoupon(301)
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => order(i % 2 ? stack.api : second, 301, [[1, 10]], { couponId: 1 })),
    )
    expect(tally(replies)).toEqual({ '201': 1, '409 coupon_used': 19 })
    const bought = replies.find(({ status }) => status === 201)
    expect(bought?.body).toMatchObject({ total: 5, discount: 5, couponId: 1 })
  })

  test('with a coupon that is issued at that moment use it, and are not told that it was used', async () => {
    const used = await back.database.transaction(async ({ query }) => {
      const issuedMeanwhile: Transaction = {
        query: async (statement, values) => {
          if (statement.name === 'coupon-find') await giveCoupon(302)
          return await query(statement, values)
        },
      }
      return await useCoupon(back.coupons, issuedMeanwhile, 1, 302)
    })
    expect(used.discount).toBe(5)
    await stack.postgres.query('update coupon_issue set used_at = null where user_id = 302') // no order has it
  })
})

describe('settling', () => {
  test('a payment that succeeded pays the order, once, however often it is told', async () => {
    const id = await placed(1)
    await back.endPayment(id, 'succeeded')
    expect(await statusOf(stack.api, id)).toBe('paid')
    await stack.postgres.query(`delete from consumed_event where consumer = 'order-settlement'`)
    await back.consumeAll()
    expect(await statusOf(stack.api, id)).toBe('paid')
    const told = `select from outbox_event where key = 'order:${id}' and topic = 'order.paid'`
    expect(await count(stack.postgres, told)).toBe(1)
    expect(codeOf(await retry(id, 1))).toBe('409 already_paid')
  })

  test('a payment that was declined or failed leaves the order to be paid again, with the reason', async () => {
    const id = await placed(1)
    await back.endPayment(id, 'declined', 'card_expired')
    expect((await stack.api.call(`/api/v1/orders/${id}`)).body).toMatchObject({
      status: 'payment_failed',
      reason: 'card_expired',
    })
    const reply = await retry(id, 1)
    expect([reply.status, orderOf(reply).status, orderOf(reply).reason]).toEqual([202, 'placed', null])
    expect(codeOf(await retry(id, 1))).toBe('409 payment_in_progress')
    await back.endPayment(id, 'failed', 'provider_unavailable')
    expect((await retry(id, 1)).status).toBe(202)
    await back.endPayment(id, 'succeeded')
    expect(await statusOf(stack.api, id)).toBe('paid')
  })

  test('an order that its coupon covers is paid at once, without a provider', async () => {
    await giveCoupon(302)
    const reply = await order(stack.api, 302, [[1, 4]], { couponId: 1 })
    expect(reply.body).toMatchObject({ status: 'paid', total: 0, discount: 4 })
    expect(await count(stack.postgres, `select from order_payment where order_id = ${orderOf(reply).id}`)).toBe(0)
    expect(codeOf(await retry(orderOf(reply).id, 302))).toBe('409 already_paid')
  })

  test('20 retries at once make one payment; somebody else cannot retry', async () => {
    const id = await placed(1)
    await back.endPayment(id, 'declined')
    expect(codeOf(await retry(id, 2))).toBe('404 order_not_found')
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => retry(id, 1, i % 2 ? stack.api : second)))
    expect(tally(replies)).toEqual({ '202': 1, '409 payment_in_progress': 19 })
    expect(await count(stack.postgres, `select from order_payment where order_id = ${id}`)).toBe(2)
  })

  test('what was paid for is counted by product, once', async () => {
    const sold = async () =>
      (
        await stack.postgres.query<{ quantity: string; revenue: string }>(
          'select quantity, revenue from product_sales where product_id = 8',
        )
      )[0]
    expect(await sold()).toBeUndefined()
    const id = orderOf(await order(stack.api, 1, [[8, 100, 8_000]])).id
    await back.endPayment(id, 'succeeded')
    expect(await sold()).toEqual({ quantity: '100', revenue: '800000' })
    await back.consumeAll()
    expect(await sold()).toEqual({ quantity: '100', revenue: '800000' })
    const best = (await stack.api.call('/api/v1/products/best-sellers')).body as {
      productId: number
      quantity: number
    }[]
    expect(best[0]).toMatchObject({ productId: 8, quantity: 100, revenue: 800_000 })
  })
})

describe('an order left unpaid', () => {
  const cancel = () => cancelUnpaidOrders(back, new AbortController().signal)

  test('is cancelled after a quarter of an hour: stock and coupon are back, once, whoever runs the job', async () => {
    await giveCoupon(303)
    const before = await stockOf(9)
    const id = orderOf(await order(stack.api, 303, [[9, 3, 9_000]], { couponId: 1 })).id
    const young = await placed(303)
    await back.endPayment(id, 'declined')
    await back.endPayment(young, 'declined')
    expect(await stockOf(9)).toBe(before - 3)
    await passTheQuarterHour(id)
    await Promise.all([cancel(), cancel(), cancel()])
    expect([await statusOf(stack.api, id), await statusOf(stack.api, young)]).toEqual(['cancelled', 'payment_failed'])
    expect(await stockOf(9)).toBe(before)
    expect(codeOf(await retry(id, 303))).toBe('409 order_cancelled')
    expect((await order(stack.api, 303, [[9, 1, 9_000]], { couponId: 1 })).status).toBe(201)
  })

  test('and retried while it is being cancelled is either, never both', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => placed(304)))
    for (const id of ids) await back.endPayment(id, 'failed')
    for (const id of ids) await passTheQuarterHour(id)
    const [replies] = await Promise.all([Promise.all(ids.map((id) => retry(id, 304))), cancel()])
    for (const [i, id] of ids.entries()) {
      const retried = replies[i]?.status === 202
      expect(await statusOf(stack.api, id)).toBe(retried ? 'placed' : 'cancelled')
    }
  })
})

test('every order ended in a status with its outcome counted, and nothing failed', async () => {
  for (const api of [stack.api, second]) {
    expect(await api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
    expect(
      await api.metric('operation_outcomes_total', { operation: 'order_place', outcome: 'success' }),
    ).toBeGreaterThan(0)
  }
})
