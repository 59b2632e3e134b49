import { statSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { READS } from './support/load.ts'
import { shareStack, stack, token } from './support/shared-stack.ts'
import { until } from './support/until.ts'

shareStack()

beforeEach(async () => {
  await stack.standby.use((redis) => redis.replicaof('NO', 'ONE'))
  expect((await stack.api.ops('PUT', '/cache/source', { source: 'primary' })).status).toBe(200)
  expect((await stack.api.ops('PUT', '/cache/bypass', { bypass: false })).status).toBe(200)
})

const read = (path = '/api/v1/concerts') => stack.api.call(path, { headers: { 'queue-token': token } })
const keysOf = (server: 'primary' | 'standby') => stack[server].use((redis) => redis.keys('catalogue:*'))
const follow = (port: number) => stack.standby.use((redis) => redis.replicaof('127.0.0.1', port))

describe('who may use the operations port', () => {
  test.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer not-the-token' }],
    ['another scheme', { authorization: 'Basic b3BzOm9wcw==' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('%s is refused with 401 on every route, known or not', async (_, headers) => {
    const wanted: Record<string, string> = headers
    for (const [method, path] of [
      ['GET', '/state'],
      ['PUT', '/cache/source'],
      ['PUT', '/cache/bypass'],
      ['GET', '/cache/warm-up'],
      ['POST', '/cache/warm-up'],
      ['PUT', '/banner'],
      ['PUT', '/protection'],
      ['GET', '/nothing'],
    ]) {
      const response = await fetch(stack.api.opsUrl + path, { method: method ?? '', headers: wanted })
      expect([path, response.status]).toEqual([path, 401])
      expect(await response.json()).toMatchObject({ code: 'unauthorized', status: 401 })
    }
  })

  test('metrics and health are open, and are no part of the port for users', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      expect([path, (await fetch(stack.api.opsUrl + path)).status]).toEqual([path, 200])
    }
    expect((await stack.api.call('/metrics')).status).toBe(404)
    expect((await stack.api.call('/state')).status).toBe(404)
  })

  test('a scraper that asks for OpenMetrics gets it', async () => {
    const headers = { accept: 'application/openmetrics-text; version=1.0.0' }
    const response = await fetch(`${stack.api.opsUrl}/metrics`, { headers })
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text')
    expect(await response.text()).toMatch(/# EOF\n$/)
  })
})

describe('changes', () => {
  test('each is one line in the audit file, with who, where, what, before and after', async () => {
    const linesBefore = stack.api.audit.length
    const actor = { 'x-drillbook-actor': 'jane@example.org' }
    await stack.api.ops('PUT', '/cache/bypass', { bypass: true }, actor)
    await stack.api.ops('PUT', '/cache/bypass', { bypass: false })
    expect(stack.api.audit.slice(linesBefore)).toEqual([
      {
        id: expect.any(String),
        role: 'operator',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        actor: 'jane@example.org',
        instance: 'api-test',
        action: 'cache.bypass',
        before: false,
        after: true,
      },
      expect.objectContaining({ actor: 'unknown', action: 'cache.bypass', before: true, after: false }),
    ])
    expect(statSync(stack.api.auditFile).mode & 0o777).toBe(0o600)
    await until('the log has both', () => {
      return stack.api.logs('operator.change').at(-2)?.actor === 'jane@example.org'
    })
  })

  test('an actor that could forge a log line is refused, and nothing is changed', async () => {
    const linesBefore = stack.api.audit.length
    for (const actor of ['x'.repeat(65), 'jane {"admin":true}', ' ']) {
      const reply = await stack.api.ops('PUT', '/cache/bypass', { bypass: true }, { 'x-drillbook-actor': actor })
      expect(reply.body).toMatchObject({ code: 'invalid_request', status: 400 })
    }
    expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ cache: { bypass: false } })
    expect(stack.api.audit.length).toBe(linesBefore)
  })

  test.each([
    ['/cache/source', { source: 'third' }],
    ['/cache/source', { source: 'standby', now: true }],
    ['/cache/bypass', { bypass: 'yes' }],
    ['/cache/bypass', undefined],
    ['/banner', { message: '' }],
    ['/banner', { message: 'x'.repeat(281) }],
    ['/protection', {}],
  ])('PUT %s with %j is refused with what is wrong, and writes no audit line', async (path, body) => {
    const linesBefore = stack.api.audit.length
    const reply = await stack.api.ops('PUT', path, body)
    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ code: 'invalid_request' })
    expect(stack.api.audit.length).toBe(linesBefore)
  })
})

describe('the banner', () => {
  test('is shown to users until it is taken down', async () => {
    expect((await stack.api.call('/api/v1/banner')).status).toBe(204)
    const shown = await stack.api.ops('PUT', '/banner', { message: 'Seat maps may be slow.' })
    expect(shown.body).toMatchObject({ banner: { message: 'Seat maps may be slow.' } })
    const banner = await stack.api.call('/api/v1/banner')
    expect([banner.status, banner.body]).toEqual([200, { message: 'Seat maps may be slow.' }])
    expect((await stack.api.ops('PUT', '/banner', { message: null })).body).toMatchObject({ banner: null })
    expect((await stack.api.call('/api/v1/banner')).status).toBe(204)
  })
})

describe('the source of the cache', () => {
  test('is switched at once, without a restart, and reads then fill the new one', async () => {
    const pid = stack.api.child.process.pid
    await stack.standby.use((redis) => redis.flushall())
    const switched = await stack.api.ops('PUT', '/cache/source', { source: 'standby' })
    expect(switched.status).toBe(200)
    expect(switched.body).toMatchObject({ cache: { source: 'standby', breaker: 'closed' } })
    await read()
    await until('the standby holds the copy', async () => (await keysOf('standby')).includes('catalogue:concerts'))
    expect([stack.api.child.process.pid, stack.api.child.running]).toEqual([pid, true])
  })

  test('stays as it is when the new one is a replica: promote it first', async () => {
    await follow(stack.primary.port)
    const linesBefore = stack.api.audit.length
    const reply = await stack.api.ops('PUT', '/cache/source', { source: 'standby' })
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({ code: 'cache_read_only', detail: expect.stringContaining('promote it first') })
    expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ cache: { source: 'primary' } })
    expect(stack.api.audit.length).toBe(linesBefore)

    await stack.standby.use((redis) => redis.replicaof('NO', 'ONE'))
    expect((await stack.api.ops('PUT', '/cache/source', { source: 'standby' })).status).toBe(200)
  })

  test.each([
    { fault: 'is stopped', begin: () => stack.standby.stop(), end: () => stack.standby.restart() },
    { fault: 'hangs', begin: () => stack.standby.hang(), end: () => stack.standby.resume() },
  ])('stays as it is when the new one $fault, and says so within two seconds', async ({ begin, end }) => {
    await begin()
    const reply = await stack.api.ops('PUT', '/cache/source', { source: 'standby' })
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({ code: 'cache_unreachable' })
    expect(reply.durationMs).toBeLessThan(2_000)
    expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ cache: { source: 'primary' } })
    await end()
    await until('it is taken once it is back', async () => {
      return (await stack.api.ops('PUT', '/cache/source', { source: 'standby' })).status === 200
    })
  })

  test('a source that became a replica still serves reads: writes that fail do not fail them', async () => {
    expect((await stack.api.ops('PUT', '/cache/source', { source: 'standby' })).status).toBe(200)
    await follow(stack.primary.port)
    await stack.primary.use((redis) => redis.flushall())
    const missesBefore = await stack.api.lookups('miss')
    for (let i = 0; i < 30; i += 1) expect((await read()).status).toBe(200)
    expect(await stack.api.lookups('miss')).toBeGreaterThanOrEqual(missesBefore + 29)
    expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ cache: { breaker: 'closed' } })
    expect(stack.api.logs('cache.write_failed').length).toBeLessThanOrEqual(2)
    expect(stack.api.logs('cache.write_failed').length).toBeGreaterThanOrEqual(1)
  })
})

describe('the bypass', () => {
  test('leaves Redis alone: every lookup counts as bypass, nothing is read or written there', async () => {
    await stack.primary.use((redis) => redis.flushall())
    await stack.api.ops('PUT', '/cache/bypass', { bypass: true })
    const [all, bypassed] = [await stack.api.lookups(), await stack.api.lookups('bypass')]
    for (let i = 0; i < 5; i += 1) expect((await read()).status).toBe(200)
    expect(await stack.api.lookups('bypass')).toBe(bypassed + 5)
    expect(await stack.api.lookups()).toBe(all + 5)
    expect(await keysOf('primary')).toEqual([])
  })
})

describe('the warm-up', () => {
  test('copies every list and every seat map, says how far it is, and afterwards every read is a hit', async () => {
    await stack.primary.use((redis) => redis.flushall())
    const warmed = await stack.api.ops('POST', '/cache/warm-up', {})
    expect([warmed.status, warmed.body]).toEqual([200, { done: 35, total: 35 }])
    expect((await stack.api.ops('GET', '/cache/warm-up')).body).toEqual({ state: 'done', done: 35, total: 35 })
    const [all, hits] = [await stack.api.lookups(), await stack.api.lookups('hit')]
    for (const path of READS) expect((await read(path)).status).toBe(200)
    expect(await stack.api.lookups('hit')).toBe(hits + READS.length)
    expect(await stack.api.lookups()).toBe(all + READS.length)
  })

  test('works while the cache is bypassed, so that a cold cache never meets users', async () => {
    await stack.primary.use((redis) => redis.flushall())
    await stack.api.ops('PUT', '/cache/bypass', { bypass: true })
    expect((await stack.api.ops('POST', '/cache/warm-up', {})).status).toBe(200)
    expect(await keysOf('primary')).toHaveLength(35)
  })

  test('fails loudly when the cache takes no writes, and can be run again', async () => {
    const blocker = await stack.postgres.connect()
    await blocker.query('begin; lock table concert in access exclusive mode') // else it ends as soon as its first write is given up
    stack.primary.hang()
    const running = stack.api.ops('POST', '/cache/warm-up', {})
    await until('it runs', async () => {
      const { body } = await stack.api.ops('GET', '/cache/warm-up')
      return (body as { state: string }).state === 'running'
    })
    expect((await stack.api.ops('POST', '/cache/warm-up', {})).body).toMatchObject({ code: 'warm_up_running' })
    await blocker.end()
    const failed = await running
    expect(failed.status).toBe(503)
    expect(failed.body).toMatchObject({ code: 'warm_up_failed' })
    expect((await stack.api.ops('GET', '/cache/warm-up')).body).toMatchObject({ state: 'failed', total: 35 })
    stack.primary.resume()
    await until('it succeeds', async () => (await stack.api.ops('POST', '/cache/warm-up', {})).status === 200)
  })
})
