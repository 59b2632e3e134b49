import { expect, test } from '@jest/globals'
import { shareStack, stack, token } from './support/shared-stack.ts'
import { until } from './support/until.ts'

shareStack()

const read = (path = '/api/v1/concerts') => stack.api.call(path, { headers: { 'queue-token': token } })

/** Makes the copy look as old as it will be in a minute: still there, no longer fresh. */
async function age(key: string): Promise<void> {
  await stack.primary.use(async (redis) => {
    const entry = JSON.parse((await redis.get(key)) ?? '') as { freshUntil: number }
    await redis.set(key, JSON.stringify({ ...entry, freshUntil: Date.now() - 1 }), 'KEEPTTL')
  })
}

test('a copy that is past its freshness is renewed from Postgres', async () => {
  await read()
  await until('the copy is there', () =>
    stack.primary.use(async (redis) => (await redis.exists('catalogue:concerts')) === 1),
  )
  await age('catalogue:concerts')
  const misses = await stack.api.lookups('miss')
  expect((await read()).status).toBe(200)
  expect(await stack.api.lookups('miss')).toBe(misses + 1)
})

test('while Postgres is stopped an old copy is served as stale, and what has no copy is a failure with a problem', async () => {
  const fresh = await read()
  await age('catalogue:concerts')
  await stack.postgres.stop()

  const stale = await stack.api.lookups('stale')
  const reply = await read()
  expect([reply.status, reply.body]).toEqual([200, fresh.body])
  expect(await stack.api.lookups('stale')).toBe(stale + 1)

  const refused = await read('/api/v1/concerts/5/schedules')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.body).toMatchObject({ code: 'database_unavailable', status: 503 })
  const failed = { operation: 'schedule_list', outcome: 'failed', reason: 'database_unavailable' }
  expect(await stack.api.metric('operation_outcomes_total', failed)).toBe(1)
})

test('without Postgres the process is alive but not ready, and is ready again when Postgres is back', async () => {
  for (const url of [stack.api.url, stack.api.opsUrl]) {
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const readiness = await fetch(`${url}/readyz`)
    expect([readiness.status, await readiness.json()]).toEqual([503, expect.objectContaining({ code: 'not_ready' })])
  }
  await stack.postgres.restart()
  await until('it is ready', async () => (await fetch(`${stack.api.url}/readyz`)).status === 200)
  expect((await read('/api/v1/concerts/5/schedules')).status).toBe(200)
  expect(stack.api.child.running).toBe(true)
})

test('while Postgres hangs only the first reader of an old copy waits, and nobody waits for longer than its limits', async () => {
  await read()
  await age('catalogue:concerts')
  stack.postgres.hang()
  const first = await read()
  expect(first.status).toBe(200)
  expect(first.durationMs).toBeLessThan(4_000)
  const next = await Promise.all(Array.from({ length: 20 }, () => read()))
  expect(next.every(({ status }) => status === 200)).toBe(true)
  expect(Math.max(...next.map(({ durationMs }) => durationMs))).toBeLessThan(1_500) // who asked Postgres would wait for two seconds

  const refused = await read('/api/v1/concerts/4/schedules')
  expect([refused.status, refused.body]).toEqual([503, expect.objectContaining({ code: 'database_unavailable' })])
  expect(refused.durationMs).toBeLessThan(5_000)
  stack.postgres.resume()
  await until('reads are renewed', async () => (await read('/api/v1/concerts/4/schedules')).status === 200)
  expect(await stack.api.metric('log_events_total', { event: 'api.internal_error' })).toBe(0)
})
