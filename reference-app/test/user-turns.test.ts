import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { UserTurns } from '../src/ticketing/reservation/user-turns.ts'
import { Api } from './support/api.ts'
import { Buyer, codeOf } from './support/buyer.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

/** Reservations of the first instance that wait in the database. */
const WAITING = `select from pg_stat_activity where application_name = 'api-test' and wait_event = 'advisory'`

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
  await until('one of them waits', async () => (await stack.postgres.query(WAITING)).length > 0)

  const quick = await new Buyer(2).reserve(stack.api, 1, [24])
  expect(quick.status).toBe(200)
  expect(quick.durationMs).toBeLessThan(1_500) // the others wait for two seconds
  expect(await stack.postgres.query(WAITING)).toHaveLength(1)

  await other.query('commit')
  await other.end()
  expect((await Promise.all(crowd)).map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 200))
})

test('of two at once with the same key one is refused at once, on every instance; one with another key takes its turn', async () => {
  const second = await Api.start({ databaseUrl: stack.postgres.url, primaryUrl: stack.primary.url })
  const user = new Buyer(3)
  const other = await stack.postgres.connect()
  await other.query('begin')
  await other.query('select pg_advisory_xact_lock(720004, 3)')
  const first = user.reserve(stack.api, 2, [25], 'once')
  await until('it waits', async () => (await stack.postgres.query(WAITING)).length > 0)
  const next = user.reserve(stack.api, 2, [26], 'another')
  const again = await Promise.all([stack.api, second].map((api) => user.reserve(api, 2, [25], 'once')))
  await other.query('commit')
  await other.end()
  expect(again.map(codeOf)).toEqual(['409 idempotency_key_in_flight', '409 idempotency_key_in_flight'])
  expect([(await first).status, (await next).status]).toEqual([200, 200])
  const later = await user.reserve(second, 2, [25], 'once')
  expect([later.status, later.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  await second.stop()
})

test('a key is free again after its turn, however that ended, and belongs to one user', async () => {
  const turns = new UserTurns()
  const gate = Promise.withResolvers<void>()
  const first = turns.take(1, 'key', async () => {
    await gate.promise
    throw new RangeError('no')
  })
  const waiting = turns.take(1, 'next', async () => 'next')
  await expect(turns.take(1, 'key', async () => undefined)).rejects.toMatchObject({ code: 'idempotency_key_in_flight' })
  await expect(turns.take(1, 'next', async () => undefined)).rejects.toMatchObject({
    code: 'idempotency_key_in_flight',
  })
  expect(await turns.take(2, 'key', async () => 'another user')).toBe('another user')
  gate.resolve()
  await expect(first).rejects.toThrow(RangeError)
  expect(await waiting).toBe('next')
  expect(await turns.take(1, 'key', async () => 'again')).toBe('again')
})

test('turns come in order, one after another, also after one that fails; too many are refused at once', async () => {
  const turns = new UserTurns()
  const gate = Promise.withResolvers<void>()
  const order: number[] = []
  const first = turns.take(1, undefined, async () => {
    await gate.promise
    throw new RangeError('no')
  })
  const rest = Array.from({ length: 50 }, (_, i) => turns.take(1, undefined, async () => void order.push(i)))
  await expect(turns.take(1, undefined, async () => undefined)).rejects.toMatchObject({ code: 'too_many_at_once' })
  expect(await turns.take(2, undefined, async () => 'another user')).toBe('another user')
  expect(order).toEqual([])
  gate.resolve()
  await expect(first).rejects.toThrow(RangeError)
  await Promise.all(rest)
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(await turns.take(1, undefined, async () => 'again')).toBe('again')
})
