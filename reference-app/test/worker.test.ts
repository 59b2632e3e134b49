import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { run } from './support/child.ts'
import { startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

const MAIN = fileURLToPath(new URL('../src/programs/worker/main.ts', import.meta.url))

test('an environment that a worker cannot work with is explained, every problem at once, with exit 2', async () => {
  const env = { PATH: process.env.PATH, OPS_PORT: 'many', DATABASE_URL: 'mysql://x', OPS_TOKEN_FILE: '/nowhere' }
  const child = await run(process.execPath, [MAIN], { env })
  expect(child.process.exitCode).toBe(2)
  for (const name of ['OPS_PORT', 'DATABASE_URL', 'PAYMENT_PROVIDER_URL', 'PAYMENT_PROVIDER_SECONDARY_URL']) {
    expect(child.stderr).toContain(name)
  }
})

test('a worker says who it is and whether it is ready, and its jobs are there before anything went wrong', async () => {
  const [postgres, redis] = await Promise.all([startPreparedPostgres(), RedisServer.start()])
  const worker = await Worker.start({ databaseUrl: postgres.url, redisUrl: redis.url })
  const status = async (path: string) => (await fetch(worker.opsUrl + path)).status
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200])
  expect(await worker.metric('target_info', { service_name: 'worker', service_instance_id: 'worker-test' })).toBe(1)
  expect(await worker.metric('outbox_pending')).toBe(0)
  expect(await worker.metric('payment_attempts_total')).toBe(0)
  const relayed = { job: 'outbox-relay', outcome: 'success' }
  await until('the relay runs', async () => (await worker.metric('job_runs_total', relayed)) > 3)
  await postgres.stop()
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
  expect(await worker.stop()).toBe(0)
  await Promise.all([postgres.remove(), redis.remove()])
})
