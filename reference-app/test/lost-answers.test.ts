import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Api, type Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf, seatsOf } from './support/buyer.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

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

const start = () => Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url })

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
  expect([reply.status, reply.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
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
      'the server has noticed', // also those that it was still at work for
      async () =>
        (await count(
          stack.postgres,
          `select from pg_stat_activity where application_name = 'api-test' and state <> 'idle'`,
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
  expect(stack.api.child.running).toBe(true)
  expect(await count(stack.postgres, `select from balance_entry where user_id >= 90 and kind = 'recharge'`)).toBe(24)
  const paid = await stack.postgres.query<{ id: number }>(
    `select id from reservation where schedule_id = 3 and status = 'paid'`,
  )
  expect(paid.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted())
  expect(acknowledged).toHaveLength(24)
})

/** As a client that keeps its key: 5xx and no answer are tried again, refusals are answers. */
async function untilAnswered(send: () => Promise<Reply>): Promise<Reply> {
  const answer = async () => {
    const reply = await send()
    return reply.status < 500 && !codeOf(reply).includes('idempotency_key_in_flight') && reply
  }
  return await until('an answer', answer, 20_000) // a restart of Postgres on a busy machine takes seconds
}
