import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Api, type Reply } from './support/api.ts'
import { codeOf } from './support/buyer.ts'
import { count, expectNothingBroken } from './support/invariants.ts'
import { order, orderOf } from './support/shop.ts'
import { type Stack, startStack } from './support/stack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})

afterAll(async () => {
  await stack.remove()
})

/** As sent again until it is answered, by a client that does not know what has become of it. */
const sent = async (api: Api, i: number): Promise<Reply | undefined> =>
  await order(api, 1 + i, [[1 + (i % 5), 1]], { key: `order-${i}` }).catch(() => undefined)
/** Rejects when it is answered in any other way: a busy instance's first answers may all be 503. */
async function acknowledgement(reply: Promise<Reply | undefined>): Promise<void> {
  expect((await reply)?.status).toBe(201)
}
/**
 * And comes back after the time that it was told when the instance had too much to do, and while Postgres has not noticed yet that who sent the same
 * before is dead.
 */
async function sentUntilTaken(api: Api, i: number): Promise<Reply | undefined> {
  for (;;) {
    const reply = await sent(api, i)
    if (reply === undefined || !/^503|idempotency_key_in_flight/.test(codeOf(reply))) return reply
    await pause(Number(reply.headers.get('retry-after') ?? 1) * 1_000)
  }
}

test('an instance killed in the middle loses no order that it has answered, and none takes effect twice', async () => {
  const doomed = await Api.start({
    databaseUrl: stack.postgres.url,
    primaryUrl: stack.primary.url,
    instance: 'api-doomed',
  })
  const orders = Array.from({ length: 300 }, (_, i) => i)
  const first = orders.map((i) => sent(doomed, i))
  await Promise.any(first.map(acknowledgement)) // it is at work, and has promised something
  await doomed.child.stop('SIGKILL')
  const answered = await Promise.all(first)
  const acknowledged = answered.filter((reply) => reply?.status === 201)
  expect(acknowledged.length).toBeGreaterThan(0)
  expect(acknowledged.length).toBeLessThan(orders.length)
  await expectNothingBroken(stack.postgres)

  const again = await Promise.all(orders.map((i) => sentUntilTaken(stack.api, i)))
  expect(again.map((reply) => reply?.status)).toEqual(orders.map(() => 201))
  for (const [i, reply] of answered.entries()) {
    if (reply?.status === 201) expect(orderOf(again[i] as Reply)).toEqual(orderOf(reply))
  }
  expect(await count(stack.postgres, 'select from shop_order')).toBe(orders.length)
  await expectNothingBroken(stack.postgres)
})
