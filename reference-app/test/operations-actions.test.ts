import { describe, expect, test } from '@jest/globals'
import { CacheConnection } from '../src/platform/cache/connection.ts'
import type { Api } from './support/api.ts'
import { put, say } from './support/pair.ts'
import { a, b, pair, sharePair } from './support/shared-pair.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

sharePair()

describe('the audit', () => {
  test('is only ever added to', async () => {
    await say(a, 'on record')
    for (const attempt of [
      "update operations_audit set actor = 'nobody'",
      'delete from operations_audit',
      'truncate operations_audit',
    ]) {
      await expect(pair.postgres.query(attempt)).rejects.toThrow('only ever added to')
    }
    expect((await pair.rows('banner')).at(-1)).toMatchObject({ after: 'on record' })
  })

  test('has what was done and not only set, later if need be', async () => {
    expect((await a.ops('POST', '/cache/warm-up', {}, { 'x-drillbook-actor': 'jane' })).status).toBe(200)
    expect((await a.ops('GET', '/audit?limit=1')).body).toEqual([
      expect.objectContaining({ action: 'cache.warm-up', actor: 'jane', role: 'operator', instance: 'api-a' }),
    ])
    await pair.postgres.stop()
    await put(a, '/drain', { draining: true })
    await pair.postgres.restart()
    await until('the row is there', async () => (await pair.rows('drain')).length === 1)
    expect((await put(a, '/drain', { draining: false })).status).toBe(200)
  })

  test.each(['0', '1001', 'x', '-1'])('refuses limit=%s', async (limit) => {
    expect((await a.ops('GET', `/audit?limit=${limit}`)).status).toBe(400)
  })
})

test('an instance that is set aside is not ready, lives on, and can be called back', async () => {
  const ready = async (api: Api) => (await fetch(`${api.url}/readyz`)).status
  expect((await put(a, '/drain', { draining: true })).body).toMatchObject({ draining: true })
  expect([await ready(a), await ready(b)]).toEqual([503, 200])
  expect((await a.call('/api/v1/banner')).status).toBe(204)
  await put(a, '/drain', { draining: false })
  expect(await ready(a)).toBe(200)
})

test('clearing by prefix removes these copies and no others', async () => {
  await pair.redis.use(async (client) => {
    for (let i = 0; i < 1_200; i += 1) await client.set(`old:${i}`, 'x')
    await client.set('older', 'x')
  })
  const reply = await a.ops('POST', '/cache/clear', { prefix: 'old:' })
  expect(reply.body).toEqual({ removed: 1_200, complete: true })
  expect(await pair.redis.use((client) => client.keys('old*'))).toEqual(['older'])
  for (const prefix of ['', '*', 'a', 'old*']) {
    expect((await a.ops('POST', '/cache/clear', { prefix })).status).toBe(400)
  }
})

test('clearing comes to its end among hundreds of thousands of keys', async () => {
  await pair.redis.use(async (client) => {
    for (const [prefix, most] of [
      ['many', 200_000],
      ['other', 100_000],
    ] as const) {
      for (let from = 0; from < most; from += 10_000) {
        await client.mset(Array.from({ length: 10_000 }, (_, i) => [`${prefix}:${from + i}`, 'x']).flat())
      }
    }
  })
  const reply = await a.ops('POST', '/cache/clear', { prefix: 'many:' })
  expect(reply.body).toEqual({ removed: 200_000, complete: true })
  expect(reply.durationMs).toBeLessThan(10_000)
  expect(await pair.redis.use((client) => client.dbsize())).toBeGreaterThanOrEqual(100_000)
  await pair.redis.use((client) => client.flushall())
})

test('clearing that has no more time goes on where it was when it is called again', async () => {
  await pair.redis.use(async (client) => {
    await client.mset(Array.from({ length: 5_000 }, (_, i) => [`many:${i}`, 'x']).flat())
  })
  const connection = new CacheConnection(pair.redis.url, { up: () => undefined, down: () => undefined })
  const waitPolicy = { timeoutMs: 2_000, waitsForConnection: true }
  let [removed, calls, complete] = [0, 0, false]
  while (!complete && calls < 20) {
    const answer = await connection.clear('many:', waitPolicy, 0)
    ;[removed, complete, calls] = [removed + answer.removed, answer.complete, calls + 1]
  }
  expect([removed, complete]).toEqual([5_000, true])
  expect(calls).toBeGreaterThan(5) // a batch each
  connection.close()
})

test('any instance holds a job back, wherever it runs', async () => {
  const worker = await Worker.start({ databaseUrl: pair.postgres.url, redisUrl: pair.redis.url })
  const paused = () => worker.metric('job_paused', { job: 'hold-expiry' })
  expect((await put(a, '/jobs/hold-expiry', { paused: true })).status).toBe(200)
  await until('the worker follows', async () => (await paused()) === 1)
  expect((await worker.ops('GET', '/jobs')).body).toContainEqual({ name: 'hold-expiry', paused: true, here: true })
  expect((await a.ops('GET', '/jobs')).body).toContainEqual({ name: 'hold-expiry', paused: true, here: false })
  expect((await put(b, '/jobs/hold-expiry', { paused: false })).status).toBe(200)
  await until('the worker follows again', async () => (await paused()) === 0)
  expect((await put(a, '/jobs/none', { paused: true })).body).toMatchObject({ code: 'nothing_of_that_name' })
  await worker.stop()
})
