import { createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { waitingRoomMetrics } from '../src/ticketing/waiting-room/metrics.ts'
import { seriesOf } from './support/metric.ts'

const value = async (registry: ReturnType<typeof createRegistry>, name: string) =>
  (await seriesOf(registry, name)).map((sample) => sample.value)

test('everything is there from the start, at 0', async () => {
  const registry = createRegistry({ service: 'test' })
  waitingRoomMetrics(registry, { reasons: ['queue_not_admitted'] })
  for (const name of ['joined', 'admitted', 'completed', 'abandoned', 'expired', 'dropped', 'order_inversions']) {
    expect([name, await value(registry, `waiting_room_${name}_total`)]).toEqual([name, [0]])
  }
  for (const name of ['waiting_room_oldest_wait_seconds', 'waiting_room_wait_seconds_count']) {
    expect([name, await value(registry, name)]).toEqual([name, [0]])
  }
  const states = await seriesOf(registry, 'waiting_room_tokens')
  expect(states.map(({ labels, value }) => [labels.state, value])).toEqual([
    ['waiting', 0],
    ['admitted', 0],
  ])
  const reasons = await seriesOf(registry, 'waiting_room_rejected_total')
  expect(reasons.map(({ labels, value }) => [labels.reason, value])).toEqual([['queue_not_admitted', 0]])
})

test('each event moves its own metric, and only an admission out of turn is an inversion', async () => {
  const registry = createRegistry({ service: 'test' })
  const room = waitingRoomMetrics(registry)
  room.joined()
  room.admitted(45, false)
  room.admitted(3, true)
  for (const [count, as] of (['completed', 'abandoned', 'expired', 'dropped'] as const).entries()) {
    for (let index = 0; index <= count; index += 1) room.ended(as)
  }
  room.counted(7, 5, 61)
  const counted = await Promise.all(
    ['joined', 'admitted', 'completed', 'abandoned', 'expired', 'dropped', 'order_inversions'].map((name) =>
      value(registry, `waiting_room_${name}_total`),
    ),
  )
  expect(counted.flat()).toEqual([1, 2, 1, 2, 3, 4, 1])
  expect(await value(registry, 'waiting_room_wait_seconds_sum')).toEqual([48])
  expect(await value(registry, 'waiting_room_tokens')).toEqual([7, 5])
  expect(await value(registry, 'waiting_room_oldest_wait_seconds')).toEqual([61])
})

test('limits and the mode are what they were set to last', async () => {
  const registry = createRegistry({ service: 'test' })
  const room = waitingRoomMetrics(registry, { modes: ['live', 'static', 'off'] })
  room.limits(300, 20)
  room.limits(100, 0)
  room.mode('live')
  room.mode('static')
  expect(await value(registry, 'waiting_room_capacity')).toEqual([100])
  expect(await value(registry, 'waiting_room_admissions_per_second_limit')).toEqual([0])
  const modes = await seriesOf(registry, 'waiting_room_mode')
  expect(modes.map(({ labels, value }) => [labels.mode, value])).toEqual([
    ['live', 0],
    ['static', 1],
    ['off', 0],
  ])
})

test('reasons that nobody bounded end in one series', async () => {
  const registry = createRegistry({ service: 'test' })
  const room = waitingRoomMetrics(registry)
  room.rejected('user 4 came too early')
  for (let index = 0; index < 60; index += 1) room.rejected(`reason_${index}`)
  const counted = await seriesOf(registry, 'waiting_room_rejected_total')
  expect(counted.find(({ labels }) => labels.reason === 'other')?.value).toBe(11)
})
