import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Api, Reply } from './support/api.ts'
import { until } from './support/until.ts'
import { type PlaceBody, placeOf, WaitingStack } from './support/waiting-stack.ts'

const CAPACITY = 5
const PEOPLE = 40

let stack: WaitingStack
const places = new Map<number, PlaceBody>()

beforeAll(async () => {
  stack = await WaitingStack.start({
    WAITING_ROOM_CAPACITY: String(CAPACITY),
    WAITING_ROOM_ADMISSIONS_PER_SECOND: '1000',
  })
  for (let i = 0; i < PEOPLE; i += 1) {
    const userId = 1 + ((i * 7) % PEOPLE) // not the order of their numbers
    places.set(userId, placeOf(await stack.join(userId)))
  }
  await until('the journal knows who is in', async () => {
    const rows = await stack.postgres.query('select from waiting_room_journal where admitted_until is not null')
    return rows.length === CAPACITY
  })
})

afterAll(async () => {
  await stack.remove()
})

const restore = (api: Api) => api.ops('POST', '/waiting-room/restore', {})
const outcome = ({ status, body }: Reply) => ({ status, ...(body as { restored: number; joined: boolean }) })
const did = { status: 200, restored: PEOPLE, joined: false }
const joined = { status: 200, restored: PEOPLE, joined: true }
const restorations = () => stack.metric('log_events_total', { event: 'waiting_room.restored' })

/** How many were in at most, looked at all the time until `work` has ended. */
async function mostInside(work: Promise<unknown>): Promise<number> {
  let ended = false
  void work.finally(() => {
    ended = true
  })
  let most = 0
  while (!ended) most = Math.max(most, (await stack.counts()).admitted)
  return most
}

/** Tokens, turns and order are what they were when everybody joined. */
async function expectAsBefore(): Promise<void> {
  expect(await stack.order()).toEqual([...places.keys()].slice(CAPACITY))
  for (const [userId, { token, status, position }] of places) {
    expect(placeOf(await stack.status(userId, token))).toMatchObject({ token, status, position })
  }
  expect(await stack.metric('waiting_room_order_inversions_total')).toBe(0)
}

/** Asks, and resolves when the room has been told that it is being rebuilt, and not yet that it is done. */
async function begun(api: Api): Promise<{ asked: Promise<Reply | string> }> {
  const asked = restore(api).catch(() => 'cut')
  await until('it has begun', () =>
    stack.queue.use(async (redis) => (await redis.exists('waiting-room:restoring')) === 1),
  )
  api.child.signal('SIGSTOP')
  return { asked }
}

/** Asks this instance so often, and resolves when each call was heard: the first that it does is to look at the clock of the room. */
async function heard(api: Api, count: number): Promise<{ asked: Promise<Reply>[] }> {
  return await stack.queue.use(async (redis) => {
    const monitor = await redis.monitor()
    let looks = 0
    monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
      if (command.toLowerCase() === 'time' && source !== 'lua') looks += 1
    })
    const asked = Array.from({ length: count }, () => restore(api))
    await until('they were heard', () => looks === count)
    monitor.disconnect()
    return { asked }
  })
}

test('asked while it is being done, here or there, it is done once and everybody is told so', async () => {
  const before = await restorations()
  const [a, b] = stack.apis
  const { asked } = await begun(a)
  const others = await heard(b, 2)
  a.child.signal('SIGCONT')
  const all = Promise.all([asked, ...others.asked])
  expect(await mostInside(all)).toBeLessThanOrEqual(CAPACITY)
  expect((await all).map((reply) => outcome(reply as Reply))).toEqual([did, joined, joined])
  expect((await restorations()) - before).toBe(1)
  await expectAsBefore()
})

test('asked of both at once, and again right after, it harms nobody', async () => {
  const again = (async () => {
    for (let i = 0; i < 3; i += 1) {
      const outcomes = (await Promise.all(stack.apis.map(restore))).map(outcome)
      expect(outcomes).toEqual([0, 1].map(() => expect.objectContaining({ status: 200, restored: PEOPLE })))
      expect(outcomes.some((each) => !each.joined)).toBe(true)
    }
  })()
  expect(await mostInside(again)).toBeLessThanOrEqual(CAPACITY)
  await again
  await expectAsBefore()
})

test('asked while Redis is gone, it says so', async () => {
  await stack.queue.stop()
  expect(await restore(stack.apis[0])).toMatchObject({ status: 503, body: { code: 'waiting_room_unavailable' } })
  await stack.queue.restart()
  await stack.opened()
  await expectAsBefore()
})

test('when the instance that does it is killed, the one that waits for it does it', async () => {
  const [a, b] = stack.apis
  const restoredByB = () => b.metric('log_events_total', { event: 'waiting_room.restored' })
  const before = await restoredByB()
  const { asked } = await begun(a)
  const [other] = (await heard(b, 1)).asked
  await a.child.stop('SIGKILL')
  expect(await asked).toBe('cut')
  // By the call, or by what looks after the room there, whichever finds it free first.
  expect(outcome((await other) as Reply)).toMatchObject({ status: 200, restored: PEOPLE })
  await until('it is counted', async () => (await restoredByB()) === before + 1)
  expect(await stack.order()).toEqual([...places.keys()].slice(CAPACITY))
})
