import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Database } from '../src/platform/database/database.ts'
import { AnswerStore } from '../src/platform/idempotency/answer-store.ts'
import { forgetAnswers, KEPT_HOURS } from '../src/platform/idempotency/forget-answers.ts'
import { Api, type Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf, tally } from './support/buyer.ts'
import { Gate } from './support/gate.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack
const user = new Buyer(1)

beforeAll(async () => {
  stack = await startStack()
})

afterEach(async () => {
  await expectNothingBroken(stack.postgres)
})

afterAll(async () => {
  await stack.remove()
})

const replayed = ({ headers }: Reply) => headers.get('idempotency-replayed') === 'true'
const start = () => Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url })

describe('a key', () => {
  test('makes a recharge take effect once, and replays its answer, marked', async () => {
    const first = await user.recharge(stack.api, 300, 'once')
    const second = await user.recharge(stack.api, 300, 'once')
    expect([first.status, replayed(first)]).toEqual([200, false])
    expect([second.status, replayed(second), second.body]).toEqual([200, true, first.body])
    expect(await user.balance(stack.api)).toBe(300)
  })

  test('makes a reservation and a payment take effect once, too', async () => {
    await user.recharge(stack.api, 100_000)
    const reserve = () => user.reserve(stack.api, 1, [1], 'ticket')
    const held = await reserve()
    expect((await reserve()).body).toEqual(held.body)
    const pay = () => user.pay(stack.api, idsOf(held), 'ticket')
    const paid = await pay()
    const again = await pay()
    expect([paid.status, again.status, replayed(again), again.body]).toEqual([200, 200, true, paid.body])
    expect(await stack.api.metric('payment_attempts_total')).toBe(1)
  })

  test('belongs to one user and one route', async () => {
    const other = new Buyer(2)
    await user.recharge(stack.api, 10, 'shared')
    expect(replayed(await other.recharge(stack.api, 10, 'shared'))).toBe(false)
    const reply = await user.reserve(stack.api, 1, [2], 'shared')
    expect([reply.status, replayed(reply)]).toEqual([200, false])
  })

  test('that comes back with another body is refused, and with the same fields in another order is not', async () => {
    await user.recharge(stack.api, 10, 'reused')
    expect(codeOf(await user.recharge(stack.api, 11, 'reused'))).toBe('422 idempotency_key_reused')
    await user.reserve(stack.api, 1, [3], 'order')
    const body = { seatIds: [3], scheduleId: 1, concertId: 1, userId: 1 }
    const reply = await stack.api.post('/reservations', body, { ...user.headers, 'idempotency-key': 'order' })
    expect([reply.status, replayed(reply)]).toEqual([200, true])
  })

  test('whose request was refused can be tried again: a refusal has no effect to protect', async () => {
    const poor = new Buyer(3)
    const ids = idsOf(await poor.reserve(stack.api, 1, [4]))
    expect(codeOf(await poor.pay(stack.api, ids, 'again'))).toBe('409 insufficient_balance')
    await poor.recharge(stack.api, 50_000)
    const reply = await poor.pay(stack.api, ids, 'again')
    expect([reply.status, replayed(reply)]).toEqual([200, false])
  })

  test.each(['', 'a b', 'x'.repeat(129), 'a;b', '{}', 'é'])('that is %j is refused', async (key) => {
    const before = await user.balance(stack.api)
    expect(codeOf(await user.recharge(stack.api, 10, key))).toBe('400 idempotency_key_invalid')
    expect(await user.balance(stack.api)).toBe(before)
  })

  test('that is in use by a request under way is refused until that one has ended', async () => {
    const before = await user.balance(stack.api)
    const gate = await Gate.close(stack.postgres)
    const first = user.recharge(stack.api, 500, 'slow')
    try {
      await gate.reached()
      const second = await user.recharge(stack.api, 500, 'slow')
      expect(codeOf(second)).toBe('409 idempotency_key_in_flight')
      expect(second.durationMs).toBeLessThan(1_500) // the first one keeps Postgres waiting for two seconds
    } finally {
      await gate.open()
    }
    expect((await first).status).toBe(200)
    expect(replayed(await user.recharge(stack.api, 500, 'slow'))).toBe(true)
    expect(await user.balance(stack.api)).toBe(before + 500)
  })
})

test('of 60 requests with the same key at once, on two instances, one takes effect and every answer is the same', async () => {
  const second = await start()
  const buyer = new Buyer(50)
  const send = (i: number) => buyer.recharge(i % 2 ? second : stack.api, 700, 'storm')
  const replies = await Promise.all(Array.from({ length: 60 }, (_, i) => send(i)))
  const { 200: answered = 0, ...refused } = tally(replies)
  expect(refused).toEqual(answered === 60 ? {} : { '409 idempotency_key_in_flight': 60 - answered })
  const good = replies.filter(({ status }) => status === 200)
  expect(good.filter((reply) => !replayed(reply))).toHaveLength(1)
  expect(good.every(({ body }) => (body as { balance: number }).balance === 700)).toBe(true)
  expect(await count(stack.postgres, 'select from balance_entry where user_id = 50')).toBe(1)
  await second.stop()
})

test('keys are forgotten after a day, by any instance', async () => {
  expect(KEPT_HOURS).toBe(24)
  await stack.postgres.query(
    `insert into idempotent_answer select 9, 'r', 'old-' || n, '', '{}', now() - interval '25 hours' from generate_series(1, 2500) n`,
  )
  await stack.postgres.query(
    `insert into idempotent_answer values (9, 'r', 'young', '', '{}', now() - interval '23 hours')`,
  )
  const database = new Database({
    url: stack.postgres.url,
    applicationName: 'test',
    registry: createRegistry({ service: 'test' }),
    onIdleError: () => undefined,
  })
  const store = new AnswerStore(database)
  const { signal } = new AbortController()
  await Promise.all([forgetAnswers(store, signal), forgetAnswers(store, signal)])
  await database.close()
  const left = await stack.postgres.query('select key from idempotent_answer where user_id = 9')
  expect(left).toEqual([{ key: 'young' }])
})
