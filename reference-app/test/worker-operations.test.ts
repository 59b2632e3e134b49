import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { scratchFolder } from './support/scratch.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

let postgres: Postgres
let redis: RedisServer
let api: Api
let worker: Worker
const snapshots = scratchFolder()

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  ;[api, worker] = await Promise.all([
    Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url }),
    Worker.start({ databaseUrl: postgres.url, redisUrl: redis.url, env: { HEAP_SNAPSHOT_DIR: snapshots.path } }),
  ])
})

afterAll(async () => {
  await Promise.all([api.stop(), worker.stop()])
  await Promise.all([postgres.remove(), redis.remove()])
  snapshots.remove()
})

const poolMax = (process: Api | Worker) =>
  process.metric('db_client_connection_max', { db_client_connection_pool_name: 'primary' })
const ran = (job: string) => worker.metric('job_runs_total', { job, outcome: 'success' })

test('the memory of a worker can be looked at, and written to a file', async () => {
  const heap = await worker.ops('GET', '/heap')
  expect(heap).toMatchObject({ status: 200, body: { usedBytes: expect.any(Number), spaces: expect.any(Array) } })
  const taken = await worker.ops('POST', '/heap/snapshot')
  expect(taken.status).toBe(200)
  const { file } = taken.body as { file: string }
  expect(readdirSync(snapshots.path).map((name) => join(snapshots.path, name))).toEqual([file])
}, 60_000)

test('pool and tracing are settings of all processes: asked of either, both have them', async () => {
  const set = await worker.ops('PUT', '/database/pool', { max: 7 })
  expect(set).toMatchObject({ status: 200, body: { settings: { 'database.pool': { value: 7 } } } })
  expect(await poolMax(worker)).toBe(7)
  await until('the API follows', async () => (await poolMax(api)) === 7)
  await api.ops('PUT', '/tracing', { samplingRatio: 0.25 })
  await until('the worker follows', async () => {
    const { settings } = (await worker.ops('GET', '/state')).body as { settings: Record<string, { value: unknown }> }
    return settings['tracing.sampling-ratio']?.value === 0.25
  })
  expect((await worker.ops('PUT', '/database/pool', { max: 0 })).status).toBe(400)
})

test('with one connection its jobs go on, one after the other', async () => {
  await worker.ops('PUT', '/database/pool', { max: 1 })
  const jobs = ['outbox-relay', 'payment-charging', 'hold-expiry', 'auditor'] as const
  const before = await Promise.all(jobs.map(ran))
  await until(
    'all of them ran',
    async () => {
      const now = await Promise.all(jobs.map(ran))
      return now.every((count, i) => count > (before[i] ?? 0))
    },
    25_000,
  )
})
