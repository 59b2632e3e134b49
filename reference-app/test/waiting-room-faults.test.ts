import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import type { Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf } from './support/buyer.ts'
import { Load } from './support/load.ts'
import { until } from './support/until.ts'
import { type PlaceBody, placeOf, WaitingStack } from './support/waiting-stack.ts'

let stack: WaitingStack
/** Log events of the two instances by the time the room was open. */
let atFirst: Record<string, number>

beforeAll(async () => {
  stack = await WaitingStack.start({ WAITING_ROOM_CAPACITY: '3', WAITING_ROOM_ADMISSIONS_PER_SECOND: '1000' })
  const counted = (name: string) => stack.metric('log_events_total', { event: `waiting_room.${name}` })
  await until('it is said that the room is open', async () => (await counted('opened')) > 0)
  atFirst = { opened: await counted('opened'), lost: await counted('lost'), restored: await counted('restored') }
})

beforeEach(async () => {
  // Else what comes late would be in the new journal, and its users in the new room. A test that failed may have left it otherwise.
  await written().catch(() => undefined)
  await stack.postgres.query('truncate waiting_room_journal')
  await stack.queue.use((redis) => redis.flushall())
  await stack.opened()
})

afterAll(async () => {
  await stack.remove()
})

/** Nobody moves any more, and the journal, which is written behind, has everything that happened in the room. */
async function written(): Promise<void> {
  await until('the journal agrees with the room', async () => {
    const { admitted, waiting } = await stack.counts()
    const rows = await stack.postgres.query<{ user_id: number; inside: boolean }>(
      `select user_id, admitted_until is not null as inside from waiting_room_journal as stay where ended_as is null
        and not exists (select from waiting_room_journal as later where later.user_id = stay.user_id and later.seq > stay.seq)`,
    )
    const line = new Set(await stack.order()) // may hold somebody who joined without an answer, and so without an entry
    const [inside, outside] = [true, false].map((is) => rows.filter((row) => row.inside === is))
    const settled = admitted === 3 || waiting === 0
    return settled && inside?.length === admitted && outside?.every(({ user_id }) => line.has(user_id))
  })
}

/** Users 1 to `count` join in an order that is not that of their numbers; the first three are admitted. */
async function lineUp(count: number): Promise<Map<number, PlaceBody>> {
  const places = new Map<number, PlaceBody>()
  for (let i = 0; i < count; i += 1) {
    const userId = 1 + ((i * 7) % count)
    places.set(userId, placeOf(await stack.join(userId)))
  }
  // What was done is written behind; a loss a moment later must find it.
  await until('the journal knows who is in', async () => {
    const rows = await stack.postgres.query('select from waiting_room_journal where admitted_until is not null')
    return rows.length === 3
  })
  return places
}

/** Everybody has the token of before, the same turn or the same people ahead, and nobody is there twice. */
async function expectAsBefore(places: Map<number, PlaceBody>): Promise<void> {
  await stack.opened()
  for (const [userId, before] of places) {
    const { token, status, position, expiresAt } = placeOf(await stack.status(userId, before.token))
    expect({ userId, token, status, position, expiresAt }).toEqual({
      userId,
      token: before.token,
      status: before.status,
      position: before.position,
      expiresAt: before.expiresAt,
    })
    expect(placeOf(await stack.join(userId)).token).toBe(before.token)
  }
  expect(await stack.counts()).toEqual({ admitted: 3, waiting: places.size - 3 })
}

const LOSSES: { name: string; lose(): Promise<unknown> }[] = [
  { name: 'FLUSHALL', lose: () => stack.queue.use((redis) => redis.flushall()) },
  {
    name: 'an empty restart',
    lose: async () => {
      await stack.queue.stop()
      await stack.queue.restart({ empty: true })
    },
  },
  {
    name: 'an older copy of its data',
    lose: () =>
      stack.queue.use(async (redis) => {
        await redis.hincrby('waiting-room:state', 'seq', -5)
        await redis.zremrangebyrank('waiting-room:line', 0, 4)
      }),
  },
]

describe('the Redis of the room', () => {
  test('is empty at first: one of the two instances opens the room, and nobody takes that for a loss', () => {
    expect(atFirst).toEqual({ opened: 1, lost: 0, restored: 0 })
  })

  test('killed and restarted loses nothing: its file has everything that was answered', async () => {
    const places = await lineUp(20)
    await stack.queue.restart()
    await expectAsBefore(places)
    expect(await stack.metric('waiting_room_abandoned_total')).toBe(0)
  })

  test.each(LOSSES)(
    'after $name the line is rebuilt by itself, in its order, with its tokens and turns',
    async ({ lose }) => {
      const before = await stack.metric('log_events_total', { event: 'waiting_room.restored' })
      const inversions = await stack.metric('waiting_room_order_inversions_total')
      const places = await lineUp(20)
      const order = await stack.order()
      expect(order.toSorted((a, b) => a - b)).not.toEqual(order)
      await lose()
      await until('it was restored', async () => {
        return (await stack.metric('log_events_total', { event: 'waiting_room.restored' })) > before
      })
      expect(await stack.metric('log_events_total', { event: 'waiting_room.restored' })).toBe(before + 1)
      await expectAsBefore(places)
      expect(await stack.order()).toEqual(order)
      const last = placeOf(await stack.join(999))
      expect(last).toMatchObject({ status: 'waiting', position: 17 })
      for (const userId of [1, 8, 15]) await stack.leave(userId, places.get(userId)?.token ?? '')
      await until('the next three are in', async () => (await stack.order()).join() === [...order.slice(3), 999].join())
      expect(await stack.metric('waiting_room_order_inversions_total')).toBe(inversions)
    },
  )

  test('who left, or whose turn is over, is not brought back', async () => {
    const places = await lineUp(6)
    const [inside, outside] = [...places.keys()].filter((id) => [1, 4].includes(id)).map((id) => places.get(id)) // 1 in, 4 waits
    await stack.leave(1, inside?.token ?? '')
    await stack.leave(4, outside?.token ?? '')
    await until('the journal knows', async () => {
      return (await stack.postgres.query('select from waiting_room_journal where ended_as is not null')).length === 2
    })
    await stack.queue.use((redis) => redis.flushall())
    await stack.opened()
    await until('the house is full again', async () => (await stack.counts()).admitted === 3)
    expect(await stack.counts()).toEqual({ admitted: 3, waiting: 1 })
    expect(codeOf(await stack.status(1, inside?.token ?? ''))).toBe('401 queue_place_gone')
  })

  test('killed: nobody is let in, 503 with Retry-After, the catalogue answers, and it opens again when Redis is back', async () => {
    const [[userId, { token }] = [0, { token: '' }]] = await lineUp(8)
    const load = new Load(stack.apis[0].url, token, 50)
    await stack.queue.stop()
    const startedAt = performance.now()
    for (let i = 0; i < 20; i += 1) {
      const replies = [
        await stack.reserve(userId, token, 20),
        await stack.join(100 + i),
        await stack.status(userId, token),
      ]
      for (const reply of replies) {
        expect(codeOf(reply)).toBe('503 waiting_room_unavailable')
        expect(reply.headers.get('retry-after')).toBe('1')
        expect(reply.durationMs).toBeLessThan(1_000)
      }
    }
    await until('two seconds of reading', () => performance.now() - startedAt > 2_000)
    await load.stop()
    expect(load.between(startedAt, Number.POSITIVE_INFINITY).goodRatio).toBe(1)
    const failed = { operation: 'seat_reserve', outcome: 'failed', reason: 'waiting_room_unavailable' }
    expect(await stack.metric('operation_outcomes_total', failed)).toBeGreaterThanOrEqual(20)
    await stack.queue.restart()
    const back = performance.now()
    await stack.opened()
    expect(performance.now() - back).toBeLessThan(5_000)
    expect(placeOf(await stack.status(userId, token)).status).toBe('admitted')
  })

  test('hung: the same, each within half a second; a payment does not wait for it', async () => {
    const places = await lineUp(8)
    const [[userId, { token }] = [0, { token: '' }]] = places
    const buyer = new Buyer(userId)
    await buyer.recharge(stack.apis[0], 3 * 50_000)
    const held = [
      await stack.reserve(userId, token, 22),
      await stack.reserve(userId, token, 23),
      await stack.reserve(userId, token, 24),
    ]
    stack.queue.hang()
    for (let i = 0; i < 5; i += 1) {
      const replies = await Promise.all([
        stack.reserve(userId, token, 21),
        stack.join(200),
        stack.status(userId, token),
      ])
      for (const reply of replies) {
        expect(codeOf(reply)).toBe('503 waiting_room_unavailable')
        expect(reply.durationMs).toBeLessThan(1_000)
      }
    }
    const headers = { 'queue-token': token }
    expect((await stack.apis[0].call('/api/v1/concerts', { headers })).status).toBe(200)
    const paid: Reply[] = []
    for (const reply of held) paid.push(await buyer.pay(stack.apis[0], idsOf(reply)))
    expect(paid.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(Math.min(...paid.map(({ durationMs }) => durationMs))).toBeLessThan(250) // all would take longer if they waited
    stack.queue.resume()
    await stack.opened()
    expect(placeOf(await stack.status(2, places.get(2)?.token ?? '')).token).toBe(places.get(2)?.token)
  })

  test('a pause of the room is nobody’s silence: after it nobody is dropped who could not have asked', async () => {
    const own = await WaitingStack.start({
      WAITING_ROOM_CAPACITY: '0',
      WAITING_ROOM_ABANDONED_AFTER_SECONDS: '3',
    })
    const { token } = placeOf(await own.join(1))
    own.queue.hang()
    const startedAt = performance.now()
    await until('it has been away for longer than a silence', () => performance.now() - startedAt > 3_500)
    own.queue.resume()
    await own.opened()
    expect(placeOf(await own.status(1, token))).toMatchObject({ status: 'waiting', position: 0 })
    expect(await own.metric('waiting_room_abandoned_total')).toBe(0)
    await own.remove()
  })
})

describe('the journal', () => {
  test('has a join before it is answered', async () => {
    for (let userId = 1; userId <= 30; userId += 1) {
      await stack.join(userId)
      const rows = await stack.postgres.query(`select from waiting_room_journal where user_id = ${userId}`)
      expect([userId, rows.length]).toEqual([userId, 1])
    }
  })

  test('does not stop the line when Postgres is gone, and has everything when it is back', async () => {
    const behind = await stack.metric('log_events_total', { event: 'waiting_room.journal_behind' })
    await stack.postgres.stop()
    const replies = await Promise.all(Array.from({ length: 40 }, (_, i) => stack.join(1 + i)))
    expect(replies.map(({ status }) => status)).toEqual(Array(40).fill(200))
    for (const reply of replies) expect(reply.durationMs).toBeLessThan(2_000)
    const quick = [await stack.join(41), await stack.join(43), await stack.join(45)] // at the same instance
    expect(Math.min(...quick.map(({ durationMs }) => durationMs))).toBeLessThan(400) // all would take longer if they waited
    expect(await stack.metric('log_events_total', { event: 'waiting_room.journal_behind' })).toBe(behind + 2)
    await stack.postgres.restart()
    await until('the journal has all of them', async () => {
      return (await stack.postgres.query('select from waiting_room_journal')).length === 43
    })
    const order = await stack.order()
    await stack.queue.use((redis) => redis.flushall())
    await stack.opened()
    expect(await stack.order()).toEqual(order)
  })

  test('without both there is no room: it stays closed until the journal can be read', async () => {
    const places = await lineUp(10)
    await stack.postgres.stop()
    await stack.queue.use((redis) => redis.flushall())
    for (let i = 0; i < 10; i += 1) expect(codeOf(await stack.join(50 + i))).toBe('503 waiting_room_unavailable')
    await stack.postgres.restart()
    await expectAsBefore(places)
  })

  test('an entry that comes late does not take back what is known', async () => {
    const { token } = placeOf(await stack.join(1))
    await until('it is known that the user is in', async () => {
      return (
        (await stack.postgres.query('select from waiting_room_journal where admitted_until is not null')).length === 1
      )
    })
    await Promise.all([stack.leave(1, token), stack.join(2)])
    await until('and left', async () => {
      return (await stack.postgres.query(`select from waiting_room_journal where ended_as = 'completed'`)).length === 1
    })
    await stack.join(2)
    expect((await stack.postgres.query(`select from waiting_room_journal where ended_as = 'completed'`)).length).toBe(1)
  })
})

test('a clock of the room that is set back, or that of another Redis, does not keep the door shut', async () => {
  const ahead = Date.now() + 3_600_000 // what such a step leaves behind
  await stack.queue.use((redis) => redis.hset('waiting-room:state', { refilled_at: ahead, last_run: ahead }))
  await until('the room has run since', async () => {
    return Number(await stack.queue.use((redis) => redis.hget('waiting-room:state', 'last_run'))) < ahead
  })
  await stack.join(1)
  await until('the user is in', async () => (await stack.counts()).admitted === 1, 2_000)
})

test('a Redis that is full is closed, not open', async () => {
  const [[userId, { token }] = [0, { token: '' }]] = await lineUp(4)
  const redis = new Redis(stack.queue.url)
  await redis.config('SET', 'maxmemory', '1')
  expect(codeOf(await stack.join(500))).toBe('503 waiting_room_unavailable')
  await redis.config('SET', 'maxmemory', '0')
  redis.disconnect()
  expect((await stack.reserve(userId, token, 19)).status).toBe(200)
})
