import { createRegistry } from '@drillbook/instrumentation'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Database } from '../src/database/database.ts'
import { AnswerStore } from '../src/idempotency/answer-store.ts'
import { forgetAnswers, KEPT_HOURS } from '../src/idempotency/forget-answers.ts'
import { Api, type Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf, seatsOf, tally } from './support/buyer.ts'
import { Gate } from './support/gate.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

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
      expect(second.durationMs).toBeLessThan(500)
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

test('a process killed between commit and answer: the retry gets the answer that was lost, and nothing happens twice', async () => {
  const doomed = await start()
  const buyer = new Buyer(60)
  await doomed.ops('PUT', '/protection', { enabled: false }) // it now waits 3 s for a cache that hangs
  stack.primary.hang()
  const lost = buyer.reserve(doomed, 2, seatsOf(2, 0, 3), 'lost')
  const outcome = lost.catch(() => 'no answer')
  await until(
    'it has committed',
    async () => (await count(stack.postgres, 'select from reservation where user_id = 60')) === 3,
  )
  doomed.child.signal('SIGKILL')
  expect(await outcome).toBe('no answer')
  stack.primary.resume()

  const reply = await buyer.reserve(stack.api, 2, seatsOf(2, 0, 3), 'lost')
  expect([reply.status, replayed(reply)]).toEqual([200, true])
  const rows = await stack.postgres.query<{ id: number }>(
    'select id from reservation where user_id = 60 order by seat_id',
  )
  expect(idsOf(reply)).toEqual(rows.map(({ id }) => id))
  await doomed.stop()
})

test('processes killed at any moment: after retries with the same keys each recharge is there once', async () => {
  const buyers = Array.from({ length: 8 }, (_, i) => new Buyer(70 + i))
  const acknowledged = new Set<string>()
  for (let round = 0; round < 3; round += 1) {
    const doomed = await start()
    const sent = buyers.flatMap((buyer) =>
      Array.from({ length: 5 }, async (_, i) => {
        const reply = await buyer.recharge(doomed, 1_000, `r${round}-${i}`).catch(() => undefined)
        if (reply?.status === 200) acknowledged.add(`${buyer.userId} r${round}-${i}`)
        return reply
      }),
    )
    await Promise.race([sent[3 + round * 7], until('some are answered', () => acknowledged.size > round * 10)])
    doomed.child.signal('SIGKILL')
    await Promise.all(sent)
    await doomed.stop()
    const written = await stack.postgres.query<{ name: string }>(
      `select user_id || ' ' || key as name from idempotent_answer`,
    )
    const names = new Set(written.map(({ name }) => name))
    expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]) // what was acknowledged is there
    await until(
      'the server has noticed',
      async () =>
        (await count(
          stack.postgres,
          `select from pg_stat_activity where application_name = 'api-test' and state like 'idle in%'`,
        )) === 0,
    )
    for (const buyer of buyers) {
      for (let i = 0; i < 5; i += 1) expect((await buyer.recharge(stack.api, 1_000, `r${round}-${i}`)).status).toBe(200)
    }
  }
  const entries = await stack.postgres.query('select from balance_entry where user_id between 70 and 77')
  expect(entries).toHaveLength(8 * 5 * 3)
})

test('Postgres stopped and started under load: what was acknowledged is there, and retries with the same keys add nothing', async () => {
  const buyers = Array.from({ length: 24 }, (_, i) => new Buyer(90 + i))
  const seats = seatsOf(3, 0, 24)
  const acknowledged: number[] = []
  const persist = async (buyer: Buyer, i: number) => {
    await untilAnswered(() => buyer.recharge(stack.api, 50_000, 'first'))
    const held = await untilAnswered(() => buyer.reserve(stack.api, 3, seats.slice(i, i + 1), 'first'))
    const paid = await untilAnswered(() => buyer.pay(stack.api, idsOf(held), 'first'))
    if (paid.status === 200) acknowledged.push(...idsOf(held))
  }
  const work = Promise.all(buyers.map(persist))
  await until(
    'some have recharged',
    async () => (await count(stack.postgres, 'select from balance where user_id >= 90')) > 2,
  )
  await stack.postgres.restart()
  await work
  expect(await count(stack.postgres, `select from balance_entry where user_id >= 90 and kind = 'recharge'`)).toBe(24)
  const paid = await stack.postgres.query<{ id: number }>(
    `select id from reservation where schedule_id = 3 and status = 'paid'`,
  )
  expect(paid.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted())
  expect(acknowledged).toHaveLength(24)
})

/** As a client that keeps its key: 5xx and no answer are tried again, refusals are answers. */
async function untilAnswered(send: () => Promise<Reply>): Promise<Reply> {
  return await until('an answer', async () => {
    const reply = await send()
    return reply.status < 500 && !codeOf(reply).includes('idempotency_key_in_flight') && reply
  })
}

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
  await Promise.all([forgetAnswers(store), forgetAnswers(store)])
  await database.close()
  const left = await stack.postgres.query('select key from idempotent_answer where user_id = 9')
  expect(left).toEqual([{ key: 'young' }])
})
