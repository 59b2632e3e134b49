import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { UserTurns } from '../src/ticketing/user-turns.ts'
import { Buyer } from './support/buyer.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})

afterAll(async () => {
  await stack.remove()
})

test('a user whose reservations wait for each other keeps one connection, and others reserve at once', async () => {
  const other = await stack.postgres.connect()
  await other.query('begin')
  await other.query('select pg_advisory_xact_lock(720004, 1)') // as a reservation of user 1 on another instance
  const crowd = Array.from({ length: 15 }, (_, i) => new Buyer(1).reserve(stack.api, 1, [i + 1]))
  const waiting = `select from pg_stat_activity where application_name = 'api-test' and wait_event = 'advisory'`
  await until('one of them waits', async () => (await stack.postgres.query(waiting)).length > 0)

  const quick = await new Buyer(2).reserve(stack.api, 1, [24])
  expect(quick.status).toBe(200)
  expect(quick.durationMs).toBeLessThan(500)
  expect(await stack.postgres.query(waiting)).toHaveLength(1)

  await other.query('commit')
  await other.end()
  expect((await Promise.all(crowd)).map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 200))
})

test('turns come in order, one after another, also after one that fails; too many are refused at once', async () => {
  const turns = new UserTurns()
  const gate = Promise.withResolvers<void>()
  const order: number[] = []
  const first = turns.take(1, async () => {
    await gate.promise
    throw new RangeError('no')
  })
  const rest = Array.from({ length: 50 }, (_, i) => turns.take(1, async () => void order.push(i)))
  await expect(turns.take(1, async () => undefined)).rejects.toMatchObject({ code: 'too_many_at_once' })
  expect(await turns.take(2, async () => 'another user')).toBe('another user')
  expect(order).toEqual([])
  gate.resolve()
  await expect(first).rejects.toThrow(RangeError)
  await Promise.all(rest)
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(await turns.take(1, async () => 'again')).toBe('again')
})
