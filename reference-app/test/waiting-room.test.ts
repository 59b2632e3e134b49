import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf } from './support/buyer.ts'
import { until } from './support/until.ts'
import { placeOf, WaitingStack } from './support/waiting-stack.ts'

let stack: WaitingStack

afterEach(async () => {
  await stack.remove()
})

const start = async (capacity: number, perSecond: number, env: Record<string, string> = {}) => {
  stack = await WaitingStack.start({
    WAITING_ROOM_CAPACITY: String(capacity),
    WAITING_ROOM_ADMISSIONS_PER_SECOND: String(perSecond),
    ...env,
  })
}
const users = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
const notTooMuch = (reply: Reply) => reply.status !== 503 && reply
const joined = async (userId: number) =>
  placeOf(await until('an answer', async () => notTooMuch(await stack.join(userId))))

/** Asks for everybody, fifty at a time, as their browsers do: who is told that it was too much comes again. */
async function everybodyAsks(tokens: Map<number, string>): Promise<Map<number, Reply>> {
  const replies = new Map<number, Reply>()
  const ask = async ([id, token]: [number, string]) => {
    replies.set(id, await until('an answer', async () => notTooMuch(await stack.status(id, token))))
  }
  const all = [...tokens]
  while (all.length > 0) await Promise.all(all.splice(0, 50).map(ask))
  return replies
}

/** As the page does: again, when nobody could be asked. */
async function leave(id: number, token = ''): Promise<void> {
  await until('the user has left', async () => (await stack.leave(id, token)).status === 204)
}

describe('the line', () => {
  test('whoever comes while the house is full waits, sees the people ahead, and moves up in the order of joining', async () => {
    await start(2, 1_000)
    const places = []
    for (const id of users(1, 6)) places.push(await joined(id))
    expect(places.map(({ status, position }) => [status, position])).toEqual([
      ['admitted', 0],
      ['admitted', 0],
      ['waiting', 0],
      ['waiting', 1],
      ['waiting', 2],
      ['waiting', 3],
    ])
    expect((await stack.leave(1, places[0]?.token ?? '')).status).toBe(204)
    const third = await stack.status(3, places[2]?.token ?? '')
    expect(placeOf(third)).toMatchObject({ status: 'admitted', position: 0, token: places[2]?.token })
    expect(third.headers.get('retry-after')).toBeNull()
    const sixth = await stack.status(6, places[5]?.token ?? '')
    expect(placeOf(sixth)).toMatchObject({ status: 'waiting', position: 2, estimatedWaitSeconds: 1 })
    expect(sixth.headers.get('retry-after')).toBe('1')
  })

  test('joining again, also twenty times at once on both instances, gives the same live token, as text, and one place', async () => {
    await start(0, 1_000)
    const replies = await Promise.all(
      users(0, 20).map((i) => stack.apiOf(i).call('/api/v1/queue/users/7', { method: 'POST' })),
    )
    expect(new Set(replies.map((reply) => placeOf(reply).token)).size).toBe(1)
    expect(await stack.counts()).toEqual({ admitted: 0, waiting: 1 })
    expect(await stack.metric('waiting_room_joined_total')).toBe(1)
    const rows = await stack.postgres.query('select from waiting_room_journal')
    expect(rows.length).toBe(1)
  })

  test('moves by itself, with nobody calling', async () => {
    await start(1, 1_000, { WAITING_ROOM_TURN_SECONDS: '1' })
    await joined(1)
    await joined(2)
    await until('the second was admitted', async () => (await stack.metric('waiting_room_admitted_total')) === 2)
    expect(await stack.metric('waiting_room_expired_total')).toBeGreaterThanOrEqual(1)
    expect(await stack.metric('waiting_room_order_inversions_total')).toBe(0)
  })

  test('admits no more in a second than it may, from both instances together', async () => {
    await start(1_000, 5)
    await Promise.all(users(1, 60).map(joined))
    const startedAt = performance.now()
    const first = (await stack.counts()).admitted
    await until('twenty more', async () => (await stack.counts()).admitted >= first + 20, 20_000)
    const seconds = (performance.now() - startedAt) / 1000
    expect(seconds).toBeGreaterThan(2.9) // 20 at 5/s with a bucket of 5: not before 3 s
    expect(seconds).toBeLessThan(8)
  })

  test('never holds more than the cap, sampled every 50 ms while hundreds join, ask and leave on two instances and the cap goes down', async () => {
    await start(40, 500)
    const samples: number[] = []
    let cap = 40
    let lowered = 0
    const above: string[] = []
    const sampler = new AbortController()
    const sampled = (async () => {
      for (; !sampler.signal.aborted; await pause(50)) {
        const allowed = cap // a count begun before the change may see the old cap
        const { admitted } = await stack.counts()
        samples.push(admitted)
        if (admitted > Math.max(allowed, cap) && lowered === 0) above.push(`${admitted} of ${cap}`)
      }
    })()
    sampled.catch(() => undefined) // awaited below, unless the test has failed by then
    const tokens = new Map<number, string>()
    for (const wave of users(0, 6)) {
      await Promise.all(users(1 + wave * 50, 50).map(async (id) => tokens.set(id, (await joined(id)).token)))
      const replies = await everybodyAsks(tokens)
      const inside = [...replies].filter(([, reply]) => placeOf(reply).status === 'admitted').map(([id]) => id)
      await Promise.all(inside.slice(0, 20).map((id) => leave(id, tokens.get(id))))
      for (const id of inside.slice(0, 20)) tokens.delete(id)
    }
    await until('the house is full', () => samples.at(-1) === 40)
    expect([above, Math.max(...samples)]).toEqual([[], 40])
    // Lowered: nobody is thrown out, and nobody comes in until there is room again.
    lowered = 1
    cap = 10
    await stack.queue.use((redis) => redis.hset('waiting-room:state', 'capacity', 10))
    const before = await stack.metric('waiting_room_admitted_total')
    const replies = await everybodyAsks(tokens)
    const inside = [...replies].filter(([, reply]) => placeOf(reply).status === 'admitted').map(([id]) => id)
    expect(inside.length).toBe(40)
    for (const id of inside.slice(0, 30)) await leave(id, tokens.get(id))
    expect(await stack.metric('waiting_room_admitted_total')).toBe(before)
    await leave(inside[30] ?? 0, tokens.get(inside[30] ?? 0))
    expect(await stack.metric('waiting_room_admitted_total')).toBe(before + 1)
    sampler.abort()
    await sampled
    expect(above).toEqual([])
    expect(Math.max(...samples)).toBe(40)
    expect(await stack.metric('waiting_room_order_inversions_total')).toBe(0)
  })

  test('an admission out of turn is seen, and counted', async () => {
    await start(0, 1_000)
    const tokens = [await joined(1), await joined(2), await joined(3)]
    await stack.queue.use(async (redis) => {
      await redis.zadd('waiting-room:line', 0, '3') // a bug: the last comes first
      await redis.hset('waiting-room:state', 'capacity', 3)
    })
    await until('all are in', async () => (await stack.counts()).admitted === tokens.length)
    expect(await stack.metric('waiting_room_order_inversions_total')).toBe(2)
    expect(await stack.metric('log_events_total', { event: 'waiting_room.order_inverted' })).toBe(2)
  })
})

describe('how a stay ends', () => {
  test('who waits and falls silent is dropped from the line, who asks stays', async () => {
    await start(0, 1_000, { WAITING_ROOM_ABANDONED_AFTER_SECONDS: '2' })
    const silent = await joined(1)
    const patient = await joined(2)
    await until('the silent one is gone', async () => {
      expect(placeOf(await stack.status(2, patient.token)).status).toBe('waiting')
      const journal = await stack.postgres.query(`select from waiting_room_journal where ended_as = 'abandoned'`)
      return (await stack.order()).join() === '2' && journal.length === 1 // written behind: before that he would be a loss
    })
    expect(placeOf(await stack.status(2, patient.token)).position).toBe(0)
    expect(codeOf(await stack.status(1, silent.token))).toBe('401 queue_place_gone')
    expect(await stack.metric('waiting_room_abandoned_total')).toBe(1)
    expect(await stack.metric('waiting_room_dropped_total')).toBe(0)
    expect((await joined(1)).token).not.toBe(silent.token)
  })

  test('a turn ends at its time, and its token is worth nothing at the gate, also after joining again', async () => {
    await start(1, 1_000, { WAITING_ROOM_TURN_SECONDS: '3' })
    const { token, expiresAt } = await joined(1)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_000)
    expect((await stack.reserve(1, token, 1)).status).toBe(200)
    await until('the turn is over', async () => codeOf(await stack.reserve(1, token, 2)) === '403 queue_not_admitted')
    const again = await joined(1)
    expect(again.status).toBe('admitted')
    expect(codeOf(await stack.reserve(1, token, 3))).toBe('403 queue_not_admitted')
    expect((await stack.reserve(1, again.token, 3)).status).toBe(200)
  })

  test('who has bought makes room for the next', async () => {
    await start(1, 1_000)
    const { token } = await joined(1)
    const next = await joined(2)
    const buyer = new Buyer(1)
    await buyer.recharge(stack.apis[0], 50_000)
    const held = await stack.reserve(1, token, 1)
    expect((await buyer.pay(stack.apis[0], idsOf(held))).status).toBe(200)
    await until('the next is in', async () => placeOf(await stack.status(2, next.token)).status === 'admitted')
    expect(await stack.metric('waiting_room_completed_total')).toBe(1)
    expect(codeOf(await stack.reserve(1, token, 2))).toBe('403 queue_not_admitted')
  })

  test('who has bought and then pays late for another hold needs no turn', async () => {
    await start(1, 1_000)
    const { token } = await joined(1)
    const held = await stack.reserve(1, token, 1)
    await stack.leave(1, token)
    const buyer = new Buyer(1)
    await buyer.recharge(stack.apis[0], 50_000)
    expect((await buyer.pay(stack.apis[0], idsOf(held))).status).toBe(200)
  })

  test('a place that the room loses by a fault is counted as dropped, once', async () => {
    await start(0, 1_000)
    const { token } = await joined(1)
    await stack.queue.use(async (redis) => {
      await redis.zrem('waiting-room:line', '1')
      await redis.hdel('waiting-room:sessions', '1')
    })
    for (let call = 0; call < 3; call += 1) {
      expect(codeOf(await stack.status(1, token))).toBe('401 queue_place_gone')
    }
    expect(await stack.metric('waiting_room_dropped_total')).toBe(1)
  })
})

describe('the gate', () => {
  test('only whose turn it is may reserve; who waits may look around', async () => {
    await start(1, 1_000)
    const admitted = await joined(1)
    const waiting = await joined(2)
    expect(codeOf(await stack.reserve(2, waiting.token, 1))).toBe('403 queue_not_admitted')
    expect((await stack.reserve(1, admitted.token, 1)).status).toBe(200)
    const headers = { 'queue-token': waiting.token }
    expect((await stack.apis[0].call('/api/v1/concerts', { headers })).status).toBe(200)
    expect(await stack.metric('waiting_room_rejected_total', { reason: 'queue_not_admitted' })).toBe(1)
    const outcome = { operation: 'seat_reserve', outcome: 'rejected', reason: 'queue_not_admitted' }
    expect(await stack.metric('operation_outcomes_total', outcome)).toBe(1)
  })
})
