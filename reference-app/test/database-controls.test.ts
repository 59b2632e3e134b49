import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Session } from '../src/platform/database/session-store.ts'
import { Api } from './support/api.ts'
import { type Postgres, startPreparedPostgres, startReplica } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { scratchFolder } from './support/scratch.ts'
import { until } from './support/until.ts'

let postgres: Postgres
let replica: Postgres
let redis: RedisServer
let api: Api
const folder = scratchFolder()
const snapshots = join(folder.path, 'snapshots')

beforeAll(async () => {
  mkdirSync(snapshots)
  ;[postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  replica = await startReplica(postgres)
  api = await Api.start({
    databaseUrl: postgres.url,
    primaryUrl: redis.url,
    env: { DATABASE_REPLICA_URL: replica.url, HEAP_SNAPSHOT_DIR: snapshots },
  })
  await api.ops('PUT', '/cache/bypass', { bypass: true })
  await until('the replica is fit', async () => (await api.metric('db_replica_usable')) === 1)
})

afterAll(async () => {
  await api.stop()
  await Promise.all([replica.remove(), redis.remove()])
  await postgres.remove()
  folder.remove()
})

const reads = (source: string) => api.metric('db_client_reads_total', { source })

test('the catalogue is read from where reads are set to go; who reserves decides on the primary', async () => {
  const token = await api.join()
  const browse = async () => {
    for (const path of ['/concerts', '/concerts/1/schedules', '/concerts/1/schedules/1/seats']) {
      const { status } = await api.call(`/api/v1${path}`, { headers: { 'queue-token': token } })
      expect([path, status]).toEqual([path, 200])
    }
  }
  const counts = () => Promise.all(['primary', 'replica', 'fallback'].map(reads))
  await browse()
  expect(await counts()).toEqual([3, 0, 0])
  const changed = await api.ops('PUT', '/database/reads', { source: 'replica' })
  expect(changed).toMatchObject({ status: 200, body: { database: { reads: 'replica', replicaUsable: true } } })
  let rounds = 0
  await until('the replica answers all in time', async () => {
    const before = await reads('replica')
    await browse()
    rounds += 1
    return (await reads('replica')) === before + 3
  })
  const [primary, answered = 0, fallback = 0] = await counts()
  expect([primary, answered + fallback]).toEqual([3, 3 * rounds])

  await replica.query('select pg_wal_replay_pause()') // from now on it knows of no reservation
  const wanted = { userId: 1, concertId: 1, scheduleId: 1, seatIds: [1] }
  const first = await api.post('/reservations', wanted, { 'queue-token': token })
  expect(first.status).toBe(200)
  const [held] = first.body as { id: number }[]
  const read = await api.call(`/api/v1/reservations/${held?.id}`, { headers: { 'queue-token': token } })
  expect(read.status).toBe(200)
  const again = await api.post('/reservations', wanted, { 'queue-token': token })
  expect(again).toMatchObject({ status: 409, body: { code: 'seat_taken' } })
  await replica.query('select pg_wal_replay_resume()')
  expect((await api.ops('PUT', '/database/reads', { source: 'nowhere' })).status).toBe(400)
  expect((await api.ops('PUT', '/database/reads', { source: 'primary' })).status).toBe(200)
})

test('a seat map that the replica brought back from before a change is not kept for longer than the replica may lag', async () => {
  const token = await api.join()
  const headers = { 'queue-token': token }
  const seat = async () => {
    const { body } = await api.call('/api/v1/concerts/2/schedules/2/seats', { headers })
    return (body as { id: number; available: boolean }[]).find(({ id }) => id === 25)
  }
  await api.ops('PUT', '/cache/bypass', { bypass: false })
  await api.ops('PUT', '/database/reads', { source: 'replica' })
  await replica.query('select pg_wal_replay_pause()')
  const wanted = { userId: 1, concertId: 2, scheduleId: 2, seatIds: [25] }
  expect((await api.post('/reservations', wanted, headers)).status).toBe(200)
  expect(await seat()).toMatchObject({ available: true }) // dropped, and brought back as it was
  await replica.query('select pg_wal_replay_resume()')
  await until('it is asked for again', async () => (await seat())?.available === false, 15_000)
  await api.ops('PUT', '/database/reads', { source: 'primary' })
  await api.ops('PUT', '/cache/bypass', { bypass: true })
})

test('the size of the pool is a setting, within limits', async () => {
  const labels = { db_client_connection_pool_name: 'primary' }
  expect(await api.metric('db_client_connection_max', labels)).toBe(10)
  const grown = await api.ops('PUT', '/database/pool', { max: 25 })
  expect(grown).toMatchObject({ status: 200, body: { database: { poolMax: 25 } } })
  expect(await api.metric('db_client_connection_max', labels)).toBe(25)
  for (const max of [0, 201, 2.5, '7']) expect((await api.ops('PUT', '/database/pool', { max })).status).toBe(400)
  await api.ops('PUT', '/database/pool', { max: 10 })
})

test('sessions are listed and one is ended, on record; the one that operators need is not', async () => {
  const stray = await postgres.connect()
  const { rows } = await stray.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = rows[0]?.pid ?? 0
  const listed = (await api.ops('GET', '/database/sessions')).body as Session[]
  expect(listed.find((each) => each.pid === pid)).toMatchObject({ state: 'idle', reserved: false })
  const reserved = listed.find((each) => each.application === 'api-test/operations')
  expect(reserved?.reserved).toBe(true)

  expect(await api.ops('DELETE', `/database/sessions/${pid}`)).toMatchObject({
    status: 200,
    body: { pid, ended: true },
  })
  await expect(stray.query('select 1')).rejects.toThrow()
  const gone = await api.ops('DELETE', `/database/sessions/${pid}`)
  expect(gone).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
  const kept = await api.ops('DELETE', `/database/sessions/${reserved?.pid}`)
  expect(kept).toMatchObject({ status: 409, body: { code: 'session_protected' } })
  expect((await api.ops('DELETE', '/database/sessions/1;2')).status).toBe(400)
  const audit = (await api.ops('GET', '/audit')).body as { action: string; after: unknown }[]
  expect(audit).toContainEqual(
    expect.objectContaining({ action: 'database.session-ended', after: { pid, ended: true } }),
  )
})

test('the heap can be looked at, and written to a file', async () => {
  const heap = await api.ops('GET', '/heap')
  expect(heap).toMatchObject({ status: 200, body: { usedBytes: expect.any(Number), spaces: expect.any(Array) } })
  const taken = await api.ops('POST', '/heap/snapshot')
  expect(taken.status).toBe(200)
  const { file, blockedSeconds } = taken.body as { file: string; blockedSeconds: number }
  expect(readdirSync(snapshots).map((name) => join(snapshots, name))).toEqual([file])
  expect(blockedSeconds).toBeGreaterThan(0)
})

test('the share of traced requests is a setting', async () => {
  expect(await api.ops('PUT', '/tracing', { samplingRatio: 0 })).toMatchObject({
    status: 200,
    body: { settings: { 'tracing.sampling-ratio': { value: 0 } } },
  })
  for (const samplingRatio of [-0.1, 1.1, '1']) {
    expect((await api.ops('PUT', '/tracing', { samplingRatio })).status).toBe(400)
  }
})
