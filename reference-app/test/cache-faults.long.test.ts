import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Api } from './support/api.ts'
import { Load } from './support/load.ts'
import { type Postgres, startPreparedPostgres } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { TcpProxy } from './support/tcp-proxy.ts'
import { until } from './support/until.ts'

/** The promise: from 2 s after any fault of the cache at least 99 % are answered 2xx, 99 % of all within 500 ms, and hits are back within 5 s. */
const SETTLED_AFTER_MS = 2_000
const FAULT_LASTS_MS = 5_000
const RECOVERED_WITHIN_MS = 5_000
const PER_SECOND = 100
/** Requests for nothing beside them. */
const NOTHING_PER_SECOND = 20

let postgres: Postgres

beforeAll(async () => {
  postgres = await startPreparedPostgres()
})

afterAll(async () => {
  await postgres.remove()
})

interface Parts {
  redis: RedisServer
  proxy: TcpProxy
}

const FAULTS: { name: string; begin(parts: Parts): void | Promise<void>; end(parts: Parts): void | Promise<void> }[] = [
  { name: 'is stopped', begin: ({ redis }) => redis.stop(), end: ({ redis }) => redis.restart() },
  { name: 'hangs', begin: ({ redis }) => redis.hang(), end: ({ redis }) => redis.resume() },
  { name: 'answers half a second late', begin: ({ proxy }) => proxy.slow(500), end: ({ proxy }) => proxy.heal() },
  { name: 'resets every connection', begin: ({ proxy }) => proxy.reset(), end: ({ proxy }) => proxy.heal() },
]

test.each(FAULTS)(
  'when Redis $name, reads go on from Postgres, and return to the cache by themselves',
  async (fault) => {
    const redis = await RedisServer.start()
    const proxy = await TcpProxy.start(redis.port)
    const api = await Api.start({ databaseUrl: postgres.url, primaryUrl: proxy.url })
    const pid = api.child.process.pid
    const load = new Load(api.url, await api.join(), PER_SECOND)
    // Needs neither cache nor Postgres: what it takes, it takes because the machine has other things to do.
    const nothing = new Load(api.url, '', NOTHING_PER_SECOND, ['/healthz'])
    try {
      await until('most lookups are hits', async () => (await api.lookups('hit')) > 100)
      const errorsBefore = await api.lookups('error')

      await fault.begin({ redis, proxy })
      const faultAt = performance.now()
      await until('the fault shows', async () => (await api.lookups('error')) > errorsBefore)
      await until('the fault has lasted', () => performance.now() - faultAt > FAULT_LASTS_MS)
      expect(await api.metric('cache_breaker_open')).toBe(1)

      await fault.end({ redis, proxy })
      const endedAt = performance.now()
      const hitsBefore = await api.lookups('hit')
      await until('hits are back', async () => (await api.lookups('hit')) > hitsBefore + 10, RECOVERED_WITHIN_MS)
      const recoveredAt = performance.now()
      await Promise.all([load.stop(), nothing.stop()])

      const during = load.between(faultAt + SETTLED_AFTER_MS, recoveredAt)
      const idle = nothing.between(faultAt + SETTLED_AFTER_MS, recoveredAt)
      const whole = load.between(0, Number.POSITIVE_INFINITY)
      console.info(
        `${fault.name}: ${during.count} requests, ${during.goodRatio * 100} % 2xx, p99 ${Math.round(during.p99Ms)} ms (of nothing: ${Math.round(idle.p99Ms)} ms); ` +
          `whole run ${whole.goodRatio * 100} %, p99 ${Math.round(whole.p99Ms)} ms; hits again after ${Math.round(recoveredAt - endedAt)} ms`,
      )
      expect(during.count).toBeGreaterThan(((FAULT_LASTS_MS - SETTLED_AFTER_MS) / 1_000) * PER_SECOND * 0.9)
      expect(during.goodRatio).toBeGreaterThanOrEqual(0.99)
      expect(during.p99Ms - idle.p99Ms).toBeLessThan(500)
      expect(api.child.running).toBe(true)
      expect(api.child.process.pid).toBe(pid)
      expect(api.child.stderr).toBe('')
      expect(await api.metric('operation_outcomes_total', { outcome: 'failed' })).toBe(0)
    } finally {
      await Promise.all([load.stop(), nothing.stop()])
      await api.stop()
      await proxy.close()
      await redis.remove()
    }
  },
)

test('an API that starts while Redis hangs serves reads at once, and uses Redis as soon as it answers', async () => {
  const redis = await RedisServer.start()
  redis.hang()
  const api = await Api.start({ databaseUrl: postgres.url, primaryUrl: redis.url })
  try {
    const headers = { 'queue-token': await api.join() }
    const reply = await api.call('/api/v1/concerts', { headers })
    expect(reply.status).toBe(200)
    expect(reply.durationMs).toBeLessThan(2_000) // its first, so code is compiled; without limits it would be four seconds
    redis.resume()
    const hit = async () => {
      await api.call('/api/v1/concerts', { headers })
      return (await api.lookups('hit')) > 0
    }
    await until('it is a hit', hit, RECOVERED_WITHIN_MS)
  } finally {
    await api.stop()
    await redis.remove()
  }
})

test('a connection that went silent without a word is replaced by a new one', async () => {
  const redis = await RedisServer.start()
  const proxy = await TcpProxy.start(redis.port)
  const api = await Api.start({ databaseUrl: postgres.url, primaryUrl: proxy.url })
  const load = new Load(api.url, await api.join(), PER_SECOND)
  try {
    await until('most lookups are hits', async () => (await api.lookups('hit')) > 50)
    proxy.vanish()
    await until('the breaker is open', async () => (await api.metric('cache_breaker_open')) === 1)
    const hits = await api.lookups('hit')
    await until('hits are back', async () => (await api.lookups('hit')) > hits + 10, 2 * RECOVERED_WITHIN_MS)
    await load.stop()
    expect(load.shots.filter(({ status }) => status !== 200)).toEqual([])
  } finally {
    await load.stop()
    await api.stop()
    await proxy.close()
    await redis.remove()
  }
})
