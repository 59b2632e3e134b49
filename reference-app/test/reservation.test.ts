import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Buyer, codeOf, type Item, idsOf, items, seatsOf, tally } from './support/buyer.ts'
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

const seatMap = async (concertId: number, scheduleId: number) => {
  const path = `/api/v1/concerts/${concertId}/schedules/${scheduleId}/seats`
  const { body } = await stack.api.call(path, { headers: user.headers })
  return body as { id: number; available: boolean }[]
}
const availableSeats = async (concertId: number, scheduleId: number) =>
  (await seatMap(concertId, scheduleId)).filter(({ available }) => available).map(({ id }) => id)

describe('reserving', () => {
  test('holds every seat that was asked for, in that order, and the seat map no longer offers them', async () => {
    expect(await availableSeats(1, 1)).toHaveLength(24)
    const before = Date.now()
    const reply = await user.reserve(stack.api, 1, [3, 1])
    expect(reply.status).toBe(200)
    const shape = { userId: 1, concertId: 1, scheduleId: 1, status: 'held', price: 50_000 }
    expect(reply.body).toEqual([
      { id: expect.any(Number), seatId: 3, expiresAt: expect.stringMatching(/Z$/), ...shape },
      { id: expect.any(Number), seatId: 1, expiresAt: expect.stringMatching(/Z$/), ...shape },
    ])
    const [{ expiresAt }] = reply.body as [{ expiresAt: string }]
    expect(Date.parse(expiresAt) - before).toBeGreaterThan(295_000)
    expect(Date.parse(expiresAt) - before).toBeLessThan(305_000)
    expect(await availableSeats(1, 1)).toEqual(seatsOf(1, 0, 24).filter((id) => id !== 1 && id !== 3))
  })

  test('takes all seats or none, and names those that cannot be had', async () => {
    const reply = await new Buyer(2).reserve(stack.api, 1, [1, 2, 3, 4])
    expect(codeOf(reply)).toBe('409 seat_taken')
    expect((reply.body as Item).detail).toContain('seat 1, 3')
    expect(await count(stack.postgres, 'select from reservation where user_id = 2')).toBe(0)
    expect((await new Buyer(2).reserve(stack.api, 1, [2, 4])).status).toBe(200)
  })

  test('can be read by the user whose it is, and by nobody else', async () => {
    const [mine] = items(await user.reserve(stack.api, 2, [25]))
    const reply = await user.reservation(stack.api, mine?.id ?? 0)
    expect([reply.status, reply.body]).toEqual([200, mine])
    expect(codeOf(await new Buyer(2).reservation(stack.api, mine?.id ?? 0))).toBe('404 reservation_not_found')
    expect(codeOf(await user.reservation(stack.api, 999_999))).toBe('404 reservation_not_found')
    const nobody = await stack.api.call(`/api/v1/reservations/${mine?.id}`)
    expect(codeOf(nobody)).toBe('401 queue_token_missing')
  })

  const good = { userId: 1, concertId: 3, scheduleId: 3, seatIds: [49] }
  test.each([
    { why: 'a schedule of another concert', body: { ...good, concertId: 2 }, code: '404 schedule_not_found' },
    { why: 'a schedule that is not there', body: { ...good, scheduleId: 99 }, code: '404 schedule_not_found' },
    { why: 'a concert that is not there', body: { ...good, concertId: 99 }, code: '404 schedule_not_found' },
    { why: 'a seat of another schedule', body: { ...good, seatIds: [49, 1] }, code: '404 seat_not_found' },
    { why: 'a seat that is not there', body: { ...good, seatIds: [99_999] }, code: '404 seat_not_found' },
    { why: 'the token of another user', body: { ...good, userId: 2 }, code: '403 queue_token_of_another' },
    { why: 'no seat', body: { ...good, seatIds: [] }, code: '400 invalid_request' },
    { why: 'the same seat twice', body: { ...good, seatIds: [49, 49] }, code: '400 invalid_request' },
    { why: 'an id that is no number', body: { ...good, seatIds: ['49'] }, code: '400 invalid_request' },
    { why: 'an id above what the tables hold', body: { ...good, seatIds: [2 ** 31] }, code: '400 invalid_request' },
    { why: 'a field that is not ours', body: { ...good, price: 1 }, code: '400 invalid_request' },
    { why: 'no body', body: undefined, code: '400 invalid_request' },
  ])('is refused with $code for $why', async ({ body, code }) => {
    const [, reason] = code.split(' ')
    const counted = () =>
      stack.api.metric('operation_outcomes_total', {
        operation: 'seat_reserve',
        outcome: 'rejected',
        reason: reason ?? '',
      })
    const before = await counted()
    expect(codeOf(await stack.api.post('/reservations', body, user.headers))).toBe(code)
    expect(await counted()).toBe(before + 1)
  })

  test('needs a token, and a schedule that has not begun and seats that are on sale', async () => {
    expect(codeOf(await stack.api.post('/reservations', good))).toBe('401 queue_token_missing')
    await stack.postgres.query(`update schedule set starts_at = now() where id = 28`)
    expect(codeOf(await user.reserve(stack.api, 28, seatsOf(28, 0, 1)))).toBe('409 schedule_begun')
    await stack.postgres.query(`update seat set on_sale = false where id = 625`)
    expect(codeOf(await user.reserve(stack.api, 27, [625]))).toBe('409 seat_taken')
  })
})

test('200 reservations of overlapping seats at once end with one live hold for each seat, and nobody fails', async () => {
  const wanted = (i: number) => {
    const seats = seatsOf(4, 0, 24)
    const first = (i * 7) % 24
    return [first, (first + 5) % 24, (first + 11) % 24].map((n) => seats[n] ?? 0).toReversed()
  }
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, i) => new Buyer(1_000 + i).reserve(stack.api, 4, wanted(i))),
  )
  const { 200: won = 0, ...refused } = tally(replies)
  expect(refused).toEqual({ '409 seat_taken': 200 - won })
  expect(won).toBeGreaterThan(3)
  const live = await stack.postgres.query<{ seats: number; holds: number }>(
    'select count(*)::int as holds, count(distinct seat_id)::int as seats from reservation where schedule_id = 4',
  )
  expect(live).toEqual([{ holds: won * 3, seats: won * 3 }])
  const acknowledged = replies.filter(({ status }) => status === 200).flatMap(idsOf)
  const rows = await stack.postgres.query<{ id: number }>(
    'select id from reservation where schedule_id = 4 order by id',
  )
  expect(rows.map(({ id }) => id)).toEqual(acknowledged.toSorted((a, b) => a - b))
})

test('one user never holds more than 50 seats, however many requests come at once', async () => {
  const schedules = [6, 7, 8, 9]
  for (const greedy of [70, 71, 72, 73, 74].map((userId) => new Buyer(userId))) {
    const replies = await Promise.all(
      schedules.flatMap((schedule) =>
        Array.from({ length: 6 }, (_, i) => greedy.reserve(stack.api, schedule, seatsOf(schedule, 4 * i, 4))),
      ),
    )
    expect(tally(replies)).toEqual({ 200: 12, '409 hold_limit': 12 })
    expect(await count(stack.postgres, `select from reservation where user_id = ${greedy.userId}`)).toBe(48)
    await stack.postgres.query(`delete from reservation where user_id = ${greedy.userId}`) // the next one wants the seats
  }
  const greedy = new Buyer(75)
  for (const schedule of [6, 7]) await greedy.reserve(stack.api, schedule, seatsOf(schedule, 0, 24))
  expect((await greedy.reserve(stack.api, 10, seatsOf(10, 0, 2))).status).toBe(200)
  expect(codeOf(await greedy.reserve(stack.api, 10, seatsOf(10, 2, 1)))).toBe('409 hold_limit')
})

test('a cache that is gone neither fails nor delays a reservation', async () => {
  await stack.primary.stop()
  const reply = await user.reserve(stack.api, 11, seatsOf(11, 0, 2))
  expect(reply.status).toBe(200)
  expect(reply.durationMs).toBeLessThan(1_000)
  await stack.primary.restart()
  expect(await stack.api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
})
