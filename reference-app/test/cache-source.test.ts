import { cacheMetrics, createLogger, createRegistry } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { CacheEvents } from '../src/platform/cache/events.ts'
import { CacheSource } from '../src/platform/cache/source.ts'
import { RedisServer } from './support/redis.ts'
import { until } from './support/until.ts'

/** One failure less than opens a breaker. */
const ALMOST = 9
/** For answers that do not come, and for those that do. Milliseconds. */
const IN_VAIN = 200
const PATIENT = 20_000

test('a cache that answers again just before its breaker would open is used on, and again after a breaker that did open', async () => {
  const redis = await RedisServer.start()
  const registry = createRegistry({ service: 'test' })
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent', registry })
  const events = new CacheEvents(cacheMetrics(registry, { cache: 'test' }), logger)
  const source = new CacheSource('primary', redis.url, events, () => undefined)
  const read = (timeoutMs: number) => source.read('key', { timeoutMs, waitsForConnection: false }, true)
  const readMany = async (count: number, timeoutMs: number) =>
    (await Promise.allSettled(Array.from({ length: count }, () => read(timeoutMs)))).map(({ status }) => status)
  const used = async () => (await readMany(1, PATIENT))[0] === 'fulfilled'
  try {
    await source.probeWrite({ timeoutMs: PATIENT, waitsForConnection: true })
    redis.hang()
    expect(await readMany(ALMOST, IN_VAIN)).toEqual(Array(ALMOST).fill('rejected'))
    expect(source.breakerState).toBe('closed')
    redis.resume()
    await until('an answer', used, 5_000)
    expect(await readMany(1, PATIENT)).toEqual(['fulfilled'])

    redis.hang()
    await until('the breaker is open', async () => (await readMany(1, IN_VAIN)) && source.breakerState === 'open')
    redis.resume()
    await until('it is used', used, 5_000)
  } finally {
    source.close()
    await redis.remove()
  }
})
