import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Buyer, codeOf, idsOf, seatsOf, tally } from './support/buyer.ts'
import { expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})

afterEach(async () => {
  await expectNothingBroken(stack.postgres)
})

afterAll(async () => {
  await stack.remove()
})

describe('a balance', () => {
  test('is zero until it is recharged, and then the sum of what was recharged', async () => {
    const user = new Buyer(1)
    const read = () => stack.api.call('/api/v1/balance/users/1')
    expect([(await read()).status, (await read()).body]).toEqual([200, { userId: 1, balance: 0 }])
    const first = await user.recharge(stack.api, 1_500)
    expect([first.status, first.body]).toEqual([200, { userId: 1, balance: 1_500 }])
    expect((await user.recharge(stack.api, 10_000)).body).toEqual({ userId: 1, balance: 11_500 })
    expect((await read()).body).toEqual({ userId: 1, balance: 11_500 })
  })

  test.each([
    { body: { amount: 0 } },
    { body: { amount: -5 } },
    { body: { amount: 1.5 } },
    { body: { amount: '100' } },
    { body: { amount: 1_000_000_001 } },
    { body: {} },
    { body: { amount: 5, currency: 'KRW' } },
    { body: [] },
  ])('refuses to be recharged with $body', async ({ body }) => {
    const reply = await stack.api.post('/balance/users/2/recharge', body)
    expect(codeOf(reply)).toBe('400 invalid_request')
    expect(await new Buyer(2).balance(stack.api)).toBe(0)
  })

  test('is not filled beyond its limit', async () => {
    const user = new Buyer(3)
    expect((await user.recharge(stack.api, 1_000_000_000)).status).toBe(200)
    expect(codeOf(await user.recharge(stack.api, 1))).toBe('409 balance_limit')
    expect(await user.balance(stack.api)).toBe(1_000_000_000)
  })

  test('takes recharges and payments of the same user at the same time, and none of them fails', async () => {
    const user = new Buyer(4)
    await user.recharge(stack.api, 20 * 50_000)
    const reservations = idsOf(await user.reserve(stack.api, 1, seatsOf(1, 0, 20)))
    const replies = await Promise.all([
      ...reservations.map((id) => user.pay(stack.api, [id])),
      ...Array.from({ length: 60 }, (_, i) => user.recharge(stack.api, 100 + i)),
    ])
    expect(tally(replies)).toEqual({ 200: 80 })
    expect(await user.balance(stack.api)).toBe(60 * 100 + (59 * 60) / 2)
    const entries = await stack.postgres.query('select from balance_entry where user_id = 4')
    expect(entries).toHaveLength(81)
  })

  test('is never spent twice: of ten payments at once, a balance for three pays for three', async () => {
    const user = new Buyer(5)
    await user.recharge(stack.api, 3 * 50_000 + 49_999)
    const reservations = idsOf(await user.reserve(stack.api, 2, seatsOf(2, 0, 10)))
    const replies = await Promise.all(reservations.map((id) => user.pay(stack.api, [id])))
    expect(tally(replies)).toEqual({ 200: 3, '409 insufficient_balance': 7 })
    expect(await user.balance(stack.api)).toBe(49_999)
  })
})

test('outcomes are counted under the names of the operations, and nothing failed', async () => {
  const outcomes = (operation: string, outcome: string) =>
    stack.api.metric('operation_outcomes_total', { operation, outcome })
  expect(await outcomes('balance_recharge', 'success')).toBeGreaterThanOrEqual(60)
  expect(await outcomes('balance_recharge', 'rejected')).toBe(9)
  expect(await outcomes('balance_read', 'success')).toBeGreaterThan(0)
  expect(await stack.api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
})
