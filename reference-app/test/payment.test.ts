import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Buyer, codeOf, idsOf, seatsOf, tally } from './support/buyer.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
const user = new Buyer(1)

beforeAll(async () => {
  stack = await startStack()
  await user.recharge(stack.api, 10_000_000)
})

afterEach(async () => {
  await expectNothingBroken(stack.postgres)
})

afterAll(async () => {
  await stack.remove()
})

const attempts = (outcome: string, reason = '') => stack.api.metric('payment_attempts_total', { outcome, reason })

describe('paying', () => {
  test('takes the price from the balance and makes the holds sales', async () => {
    const before = await user.balance(stack.api)
    const ids = idsOf(await user.reserve(stack.api, 1, [1, 2])).toReversed()
    const reply = await user.pay(stack.api, ids)
    expect(reply.status).toBe(200)
    const paidAt = expect.stringMatching(/Z$/)
    expect(reply.body).toEqual(
      ids.map((reservationId) => ({
        id: expect.any(Number),
        reservationId,
        userId: 1,
        amount: 50_000,
        status: 'paid',
        paidAt,
      })),
    )
    expect(await user.balance(stack.api)).toBe(before - 100_000)
    expect((await user.reservation(stack.api, ids[0] ?? 0)).body).toMatchObject({ status: 'paid', expiresAt: null })
    expect(codeOf(await new Buyer(2).reserve(stack.api, 1, [2]))).toBe('409 seat_taken')
    expect(await attempts('success')).toBe(1)
  })

  test('twice is refused, also as part of a larger payment, and costs nothing', async () => {
    const [first = 0, second = 0] = idsOf(await user.reserve(stack.api, 1, [3, 4]))
    expect((await user.pay(stack.api, [first])).status).toBe(200)
    const balance = await user.balance(stack.api)
    expect(codeOf(await user.pay(stack.api, [first]))).toBe('409 already_paid')
    expect(codeOf(await user.pay(stack.api, [second, first]))).toBe('409 already_paid')
    expect(await user.balance(stack.api)).toBe(balance)
    expect((await user.reservation(stack.api, second)).body).toMatchObject({ status: 'held' })
    expect(await attempts('rejected', 'already_paid')).toBe(2)
  })

  test("for somebody else's reservation, or for one that is not there, is refused alike", async () => {
    const [mine = 0] = idsOf(await user.reserve(stack.api, 1, [5]))
    const other = new Buyer(2)
    await other.recharge(stack.api, 1_000_000)
    expect(codeOf(await other.pay(stack.api, [mine]))).toBe('404 reservation_not_found')
    expect(codeOf(await other.pay(stack.api, [999_999]))).toBe('404 reservation_not_found')
    const withMyToken = await stack.api.post('/payment/payments/users/2', { reservationIds: [mine] }, user.headers)
    expect(codeOf(withMyToken)).toBe('403 queue_token_of_another')
    expect((await user.pay(stack.api, [mine])).status).toBe(200)
  })

  test('without enough balance is refused, and the hold stays', async () => {
    const poor = new Buyer(3)
    const ids = idsOf(await poor.reserve(stack.api, 1, [6, 7]))
    expect(codeOf(await poor.pay(stack.api, ids))).toBe('409 insufficient_balance')
    await poor.recharge(stack.api, 99_999)
    expect(codeOf(await poor.pay(stack.api, ids))).toBe('409 insufficient_balance')
    await poor.recharge(stack.api, 1)
    expect((await poor.pay(stack.api, ids)).status).toBe(200)
    expect(await poor.balance(stack.api)).toBe(0)
  })

  test.each([{ reservationIds: [] }, { reservationIds: [1, 1] }, { reservationIds: [0] }, { reservationIds: 1 }, {}])(
    'with the body %j is malformed',
    async (body) => {
      expect(codeOf(await stack.api.post('/payment/payments/users/1', body))).toBe('400 invalid_request')
    },
  )
})

test('100 payments of the same reservations at once take effect once', async () => {
  const ids = idsOf(await user.reserve(stack.api, 2, seatsOf(2, 0, 3)))
  const before = await user.balance(stack.api)
  const replies = await Promise.all(
    Array.from({ length: 100 }, (_, i) => user.pay(stack.api, i % 2 ? ids : ids.toReversed())),
  )
  expect(tally(replies)).toEqual({ 200: 1, '409 already_paid': 99 })
  expect(await count(stack.postgres, `select from payment where reservation_id in (${ids.join()})`)).toBe(3)
  expect(await user.balance(stack.api)).toBe(before - 150_000)
})

test('payments of overlapping reservations in any order lock each other out without a deadlock', async () => {
  const ids = idsOf(await user.reserve(stack.api, 3, seatsOf(3, 0, 8)))
  const pairs = Array.from({ length: 60 }, (_, i) => [ids[i % 8] ?? 0, ids[(i * 3 + 1) % 8] ?? 0]).filter(
    ([a, b]) => a !== b,
  )
  const replies = await Promise.all(pairs.map((pair) => user.pay(stack.api, pair)))
  const { 200: won = 0, ...refused } = tally(replies)
  expect(refused).toEqual({ '409 already_paid': pairs.length - won })
  const deadlocks = await stack.postgres.query<{ deadlocks: string }>(
    'select sum(deadlocks) as deadlocks from pg_stat_database',
  )
  expect(deadlocks).toEqual([{ deadlocks: '0' }])
})

test('payments are counted by outcome and reason, and logged with their ids', async () => {
  expect(await attempts('rejected', 'insufficient_balance')).toBe(2)
  expect(await attempts('rejected', 'reservation_not_found')).toBe(2)
  expect(await stack.api.metric('payment_attempts_total', { outcome: 'failed' })).toBe(0)
  expect(stack.api.logs('payment.paid')[0]).toMatchObject({ userId: 1, reservationIds: expect.any(Array) })
  expect(await stack.api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
})
