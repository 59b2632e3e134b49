import { expect, test } from '@jest/globals'
import { startStack } from './support/stack.ts'
import { Worker } from './support/worker.ts'

/** Two seconds of notice, what is in flight, five for those that hang. */
const LIMIT_MS = 15_000
delete process.env.NODE_COMPILE_CACHE // of the run: to write it at the end takes the first ones to end several seconds

test('an instance and a worker end with 0, soon, although Postgres hangs', async () => {
  const stack = await startStack()
  const worker = await Worker.start({ databaseUrl: stack.postgres.url, redisUrl: stack.primary.url })
  expect((await stack.api.call('/api/v1/products')).status).toBe(200)
  stack.postgres.hang()
  const startedAt = performance.now()
  const statuses = await Promise.all([stack.api.child.stop('SIGTERM'), worker.child.stop('SIGTERM')])
  const elapsed = performance.now() - startedAt
  stack.postgres.resume()
  await Promise.all([stack.remove(), worker.stop()])
  expect(statuses).toEqual([0, 0])
  expect(elapsed).toBeLessThan(LIMIT_MS)
})
