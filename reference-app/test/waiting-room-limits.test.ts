import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { scratchFolder } from './support/scratch.ts'
import { until } from './support/until.ts'
import { WaitingStack } from './support/waiting-stack.ts'

const ENV = { WAITING_ROOM_CAPACITY: '3', WAITING_ROOM_ADMISSIONS_PER_SECOND: '1000' }

let stack: WaitingStack

beforeAll(async () => {
  stack = await WaitingStack.start(ENV)
})

beforeEach(async () => {
  await set({ capacity: 3, admissionsPerSecond: 1_000 })
  await everybodyKnows({ capacity: 3, admissionsPerSecond: 1_000 })
})

afterAll(async () => {
  await stack.remove()
})

interface Limits {
  capacity: number
  admissionsPerSecond: number
}

interface Mode {
  mode: string
}

const limitsAt = async (api: Api) => ((await api.ops('GET', '/state')).body as { waitingRoom: Limits }).waitingRoom
const set = async (limits: Limits) => expect((await stack.apis[0].ops('PUT', '/waiting-room', limits)).status).toBe(200)
const everybodyKnows = (limits: Limits) =>
  until('both know', async () => {
    const all = await Promise.all(stack.apis.map(limitsAt))
    return all.every(
      (each) => each.capacity === limits.capacity && each.admissionsPerSecond === limits.admissionsPerSecond,
    )
  })
const told = () =>
  stack.queue.use(async (redis) => {
    const [capacity, admissionsPerSecond] = await redis.hmget('waiting-room:state', 'capacity', 'rate')
    return { capacity: Number(capacity), admissionsPerSecond: Number(admissionsPerSecond) }
  })

test('limits that are set while the room is being restored are those that it opens with', async () => {
  const restored = stack.apis[0].ops('POST', '/waiting-room/restore', {})
  await until('it has begun', () =>
    stack.queue.use(async (redis) => (await redis.exists('waiting-room:restoring')) === 1),
  )
  await set({ capacity: 1, admissionsPerSecond: 7 })
  expect((await restored).status).toBe(200)
  expect(await told()).toEqual({ capacity: 1, admissionsPerSecond: 7 })
})

test('an instance that starts without Postgres remembers the mode, which is its own, but not the limits, which may have changed since', async () => {
  const start = () =>
    Api.start({
      databaseUrl: stack.postgres.url,
      primaryUrl: stack.cache.url,
      queueUrl: stack.queue.url,
      instance: 'api-3',
      env: { WAITING_ROOM_MODE: 'live', ...ENV, AUDIT_FILE: join(folder.path, 'audit.jsonl') },
    })
  const folder = scratchFolder()
  const mode = async (wanted: string) =>
    expect((await stack.apis[0].ops('PUT', '/waiting-room', { mode: wanted })).status).toBe(200)
  const modeAt = async (api: Api) => ((await api.ops('GET', '/state')).body as { waitingRoom: Mode }).waitingRoom.mode
  const before = await start()
  await mode('static')
  await set({ capacity: 9, admissionsPerSecond: 9 })
  await until('it knows', async () => (await modeAt(before)) === 'static' && (await limitsAt(before)).capacity === 9)
  await before.child.stop('SIGKILL')
  await set({ capacity: 2, admissionsPerSecond: 0 })
  await stack.postgres.stop()
  const third = await start()
  const polls = async () => third.logs('operator.desired_state_lost').length > 0
  await until('it has asked for what operators want', polls)
  expect([await modeAt(third), await told()]).toEqual(['static', { capacity: 2, admissionsPerSecond: 0 }])
  expect((await third.ops('PUT', '/waiting-room', { mode: 'live' })).status).toBe(200)
  const ticks = { job: 'waiting-room-admission', outcome: 'success' }
  await until('it moves the line', async () => (await third.metric('job_runs_total', ticks)) >= 12) // and has asked again
  expect(await told()).toEqual({ capacity: 2, admissionsPerSecond: 0 })
  await stack.postgres.restart()
  await until('it knows the rest', async () => (await limitsAt(third)).capacity === 2)
  await third.stop()
  await mode('live')
  folder.remove()
})

test('an instance that starts without Postgres leaves the limits of the room to those who know what operators want', async () => {
  await set({ capacity: 2, admissionsPerSecond: 0 })
  await everybodyKnows({ capacity: 2, admissionsPerSecond: 0 })
  await stack.postgres.stop()
  const third = await Api.start({
    databaseUrl: stack.postgres.url,
    primaryUrl: stack.cache.url,
    queueUrl: stack.queue.url,
    instance: 'api-3',
    env: { WAITING_ROOM_MODE: 'live', ...ENV },
  })
  const ticks = { job: 'waiting-room-admission', outcome: 'success' }
  await until('it moves the line', async () => (await third.metric('job_runs_total', ticks)) >= 2)
  expect(await told()).toEqual({ capacity: 2, admissionsPerSecond: 0 })
  // What is said to it now concerns what was said and nothing else.
  expect((await third.ops('PUT', '/waiting-room', { capacity: 1 })).status).toBe(200)
  expect(await told()).toEqual({ capacity: 1, admissionsPerSecond: 0 })
  await stack.postgres.restart()
  await until('it knows the rest', async () => (await limitsAt(third)).admissionsPerSecond === 0)
  expect((await told()).admissionsPerSecond).toBe(0)
  await third.stop()
})
