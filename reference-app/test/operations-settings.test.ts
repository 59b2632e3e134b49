import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { until } from './support/until.ts'
import { Worker } from './support/worker.ts'

interface State {
  cache: { source: string; bypass: boolean }
  banner: { message: string } | null
  desired: { version: number }
  pending: string[]
  failed: Record<string, string>
}

let postgres: Postgres
let redis: RedisServer
let standby: RedisServer
let a: Api
let b: Api

const startApi = (instance: string, standbyUrl = standby.url) =>
  Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url, standbyUrl, instance })

beforeAll(async () => {
  ;[postgres, redis, standby] = await Promise.all([startPreparedPostgres(), RedisServer.start(), RedisServer.start()])
  ;[a, b] = await Promise.all([startApi('api-a'), startApi('api-b')])
})

afterAll(async () => {
  await Promise.all([a.stop(), b.stop()])
  await Promise.all([postgres.remove(), redis.remove(), standby.remove()])
})

const state = async (api: Api) => (await api.ops('GET', '/state')).body as State
const put = (api: Api, path: string, body: object) => api.ops('PUT', path, body)
const banner = async (api: Api) => (await state(api)).banner?.message ?? null
const say = (api: Api, message: string | null) => put(api, '/banner', { message })
const shows = (api: Api, message: string | null, withinMs = 6_000) =>
  until(`${message} is shown`, async () => (await banner(api)) === message, withinMs)
const rows = (action: string) =>
  postgres.query<{ actor: string; instance: string; before: unknown; after: unknown }>(
    `select actor, instance, before, after from operations_audit where action = '${action}' order by at, written`,
  )

/** Nothing is pending anywhere and both have seen the newest state. */
const agreed = () =>
  until('both instances agree with Postgres', async () => {
    const [row] = await postgres.query<{ version: number }>('select version::int from operations_desired')
    const both = await Promise.all([state(a), state(b)])
    return both.every(({ pending, desired }) => pending.length === 0 && desired.version === row?.version)
  })

afterEach(async () => {
  await agreed()
  await say(a, null)
  await put(a, '/cache/bypass', { bypass: false })
  await put(a, '/cache/source', { source: 'primary' })
  await agreed()
})

describe('a change at one instance', () => {
  test('reaches the other by announcement, well before the next poll', async () => {
    for (const message of ['one', 'two', 'three']) {
      await say(a, message)
      await shows(b, message, 500)
    }
  })

  test('reaches the other by polling when it was not announced', async () => {
    await postgres.query(`update operations_desired set version = version + 1, settings = settings || jsonb_build_object(
      'banner', jsonb_build_object('value', 'by hand', 'version', version + 1, 'change', gen_random_uuid(),
        'actor', 'jane', 'instance', 'psql', 'at', now()))`)
    await Promise.all([shows(a, 'by hand', 4_500), shows(b, 'by hand', 4_500)])
  })

  test('reaches the other when the connections that listen were cut', async () => {
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%/notifications'",
    )
    await say(a, 'after the cut')
    await shows(b, 'after the cut', 4_500)
  })

  test('reaches the other, and its own rows, when the reserved connections were cut', async () => {
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%/operations'",
    )
    await say(a, 'again')
    await shows(b, 'again')
    await agreed()
    expect((await rows('banner')).at(-1)).toMatchObject({ instance: 'api-a', after: 'again' })
  })

  test('sent to every instance is one change: one version, one row', async () => {
    const [{ desired }, before] = [await state(a), (await rows('cache.bypass')).length]
    await Promise.all([a, b].map((api) => put(api, '/cache/bypass', { bypass: true })))
    await put(b, '/cache/bypass', { bypass: true })
    await agreed()
    expect((await state(a)).desired.version).toBe(desired.version + 1)
    expect((await rows('cache.bypass')).length).toBe(before + 1)
  })

  test('does not undo what another instance changes at the same moment', async () => {
    for (let round = 1; round <= 15; round += 1) {
      const { desired } = await state(a)
      await Promise.all([say(a, `round ${round}`), put(b, '/cache/bypass', { bypass: round % 2 === 1 })])
      await agreed()
      const [one, other] = await Promise.all([state(a), state(b)])
      for (const { banner, cache, desired: now } of [one, other]) {
        expect([banner?.message, cache.bypass]).toEqual([`round ${round}`, round % 2 === 1])
        expect(now.version).toBe(desired.version + 2)
      }
    }
  })

  test('that the instance refuses changes nothing anywhere', async () => {
    await standby.use((client) => client.replicaof('127.0.0.1', redis.port))
    const { desired } = await state(a)
    expect((await put(a, '/cache/source', { source: 'standby' })).body).toMatchObject({ code: 'cache_read_only' })
    await standby.use((client) => client.replicaof('NO', 'ONE'))
    const [one, other] = await Promise.all([state(a), state(b)])
    for (const { cache, desired: now } of [one, other]) expect([cache.source, now]).toEqual(['primary', desired])
    expect(one.pending).toEqual([])
  })

  test('that another cannot follow is shown there and tried again until it can', async () => {
    const far = await RedisServer.start()
    const c = await startApi('api-c', far.url)
    await far.stop()
    expect((await put(a, '/cache/source', { source: 'standby' })).status).toBe(200)
    await until('it says that it cannot', async () => 'cache.source' in (await state(c)).failed)
    expect((await state(c)).cache.source).toBe('primary')
    expect(c.logs('operator.apply_failed')).toHaveLength(1)
    await far.restart()
    await until('it follows', async () => (await state(c)).cache.source === 'standby')
    expect((await state(c)).failed).toEqual({})
    await c.stop()
    await far.remove()
  })

  test('is taken by an instance that was killed, before it says that it has started', async () => {
    await say(a, 'still there')
    const c = await startApi('api-c')
    await c.child.stop('SIGKILL')
    await say(a, 'newer')
    const again = await startApi('api-c')
    expect((await again.call('/api/v1/banner')).body).toEqual({ message: 'newer' })
    await again.stop()
  })
})

describe('without Postgres', () => {
  const faults = [
    { fault: 'stopped', begin: () => postgres.stop(), end: () => postgres.restart() },
    {
      fault: 'hung',
      begin: async () => postgres.hang(),
      end: async () => postgres.resume(),
    },
  ]

  test.each(faults)('($fault) a change holds here within 2.5 s, says so, and is told when it is back', async (each) => {
    const before = (await rows('banner')).length
    await each.begin()
    const reply = await say(a, `while ${each.fault}`)
    expect([reply.status, reply.body]).toEqual([200, expect.objectContaining({ pending: ['banner'] })])
    expect(reply.durationMs).toBeLessThan(2_500)
    expect((await a.call('/api/v1/banner')).body).toEqual({ message: `while ${each.fault}` })
    expect(a.audit.at(-1)).toMatchObject({ action: 'banner', after: `while ${each.fault}` })
    expect(a.logs('operator.change_pending').at(-1)).toMatchObject({ setting: 'banner' })
    await each.end()
    await shows(b, `while ${each.fault}`, 10_000)
    await agreed()
    expect(a.logs('operator.change_reconciled').at(-1)).toMatchObject({ setting: 'banner', verdict: 'written' })
    expect((await rows('banner')).slice(before)).toEqual([
      expect.objectContaining({ instance: 'api-a', after: `while ${each.fault}` }),
    ])
  })

  test('the same command to every instance is one change afterwards, too', async () => {
    const before = (await rows('banner')).length
    await postgres.stop()
    await Promise.all([say(a, 'everywhere'), say(b, 'everywhere')])
    await postgres.restart()
    await agreed()
    expect((await rows('banner')).length).toBe(before + 1)
    expect([await banner(a), await banner(b)]).toEqual(['everywhere', 'everywhere'])
  })

  test('a newer change by somebody else wins over one that was held, and the log says what happened', async () => {
    postgres.hang()
    await say(a, 'held at a')
    a.child.signal('SIGSTOP') // so that b is the first to reach Postgres
    postgres.resume()
    await until('b has written', async () => {
      const { pending } = (await say(b, 'newer at b')).body as State
      return pending.length === 0
    })
    a.child.signal('SIGCONT')
    await shows(a, 'newer at b')
    await agreed()
    expect(a.logs('operator.change_overruled').at(-1)).toMatchObject({
      setting: 'banner',
      lost: { value: 'held at a' },
      won: { value: 'newer at b', instance: 'api-b' },
    })
    expect((await rows('banner.overruled')).at(-1)).toMatchObject({ before: 'held at a', after: 'newer at b' })
    expect(await banner(b)).toBe('newer at b')
  })

  test('an instance starts with what it has, and takes the state when Postgres is back', async () => {
    await say(a, 'to be found')
    postgres.hang()
    const c = await startApi('api-c')
    expect((await c.call('/api/v1/banner')).status).toBe(204)
    postgres.resume()
    await shows(c, 'to be found', 10_000)
    await c.stop()
  })
})

test('an exhausted pool does not lock the operator out', async () => {
  const blocker = await postgres.connect()
  await blocker.query('begin; lock table concert, schedule, seat in access exclusive mode')
  await put(a, '/cache/bypass', { bypass: true })
  await put(a, '/protection', { enabled: false }) // each reader with a query of its own
  const headers = { 'queue-token': await a.join() }
  const stuck = Array.from({ length: 60 }, () => a.call('/api/v1/concerts', { headers }))
  await until(
    'everybody waits for a connection',
    async () => (await a.metric('db_client_connection_pending_requests')) > 20,
  )
  const reply = await say(a, 'we know')
  expect([reply.status, (reply.body as State).pending]).toEqual([200, []])
  expect(reply.durationMs).toBeLessThan(1_000)
  expect((await a.ops('GET', '/audit?limit=1')).body).toMatchObject([{ action: 'banner', after: 'we know' }])
  await shows(b, 'we know', 1_000)
  await blocker.query('rollback')
  await blocker.end()
  await Promise.all(stuck)
  await put(a, '/protection', { enabled: true })
})

describe('the audit', () => {
  test('is only ever added to', async () => {
    await say(a, 'on record')
    for (const attempt of [
      "update operations_audit set actor = 'nobody'",
      'delete from operations_audit',
      'truncate operations_audit',
    ]) {
      await expect(postgres.query(attempt)).rejects.toThrow('only ever added to')
    }
    expect((await rows('banner')).at(-1)).toMatchObject({ after: 'on record' })
  })

  test('has what was done and not only set, later if need be', async () => {
    expect((await a.ops('POST', '/cache/warm-up', {}, { 'x-drillbook-actor': 'jane' })).status).toBe(200)
    expect((await a.ops('GET', '/audit?limit=1')).body).toEqual([
      expect.objectContaining({ action: 'cache.warm-up', actor: 'jane', role: 'operator', instance: 'api-a' }),
    ])
    await postgres.stop()
    await put(a, '/drain', { draining: true })
    await postgres.restart()
    await until('the row is there', async () => (await rows('drain')).length === 1)
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
  await redis.use(async (client) => {
    for (let i = 0; i < 1_200; i += 1) await client.set(`old:${i}`, 'x')
    await client.set('older', 'x')
  })
  const reply = await a.ops('POST', '/cache/clear', { prefix: 'old:' })
  expect(reply.body).toEqual({ removed: 1_200, complete: true })
  expect(await redis.use((client) => client.keys('old*'))).toEqual(['older'])
  for (const prefix of ['', '*', 'a', 'old*']) {
    expect((await a.ops('POST', '/cache/clear', { prefix })).status).toBe(400)
  }
})

test('any instance holds a job back, wherever it runs', async () => {
  const worker = await Worker.start({ databaseUrl: postgres.url, redisUrl: redis.url })
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
