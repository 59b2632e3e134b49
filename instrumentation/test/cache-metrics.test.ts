import { cacheMetrics, createRegistry, errorType } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'

test('every result of a lookup and the breaker are there at 0 before anything happened', async () => {
  const registry = createRegistry({ service: 'test' })
  cacheMetrics(registry, { cache: 'catalogue' })
  const lookups = await samples(registry, 'cache_lookups_total')
  expect(lookups.map(({ labels, value }) => [labels.result, value])).toEqual([
    ['hit', 0],
    ['miss', 0],
    ['stale', 0],
    ['error', 0],
    ['bypass', 0],
  ])
  expect((await samples(registry, 'cache_breaker_open'))[0]?.value).toBe(0)
  const operations = await samples(registry, 'cache_operation_duration_seconds_count')
  expect(operations.map(({ labels, value }) => [labels.operation, value])).toEqual([
    ['get', 0],
    ['set', 0],
  ])
})

test('two caches of one process share the metrics and keep their own counts', async () => {
  const registry = createRegistry({ service: 'test' })
  const catalogue = cacheMetrics(registry, { cache: 'catalogue' })
  const sessions = cacheMetrics(registry, { cache: 'sessions' })
  catalogue.lookup('hit')
  catalogue.lookup('hit')
  sessions.lookup('error')
  sessions.breakerOpen(true)
  const counted = (await samples(registry, 'cache_lookups_total')).filter(({ value }) => value > 0)
  expect(counted.map(({ labels, value }) => [labels.cache, labels.result, value])).toEqual([
    ['catalogue', 'hit', 2],
    ['sessions', 'error', 1],
  ])
  const open = await samples(registry, 'cache_breaker_open')
  expect(open.map(({ labels, value }) => [labels.cache, value])).toEqual([
    ['catalogue', 0],
    ['sessions', 1],
  ])
})

test('a failed command is timed under the type of its error', async () => {
  const registry = createRegistry({ service: 'test' })
  const cache = cacheMetrics(registry, { cache: 'catalogue', operations: [] })
  cache.operation('get', 0.25, errorType(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })))
  const [sum] = await samples(registry, 'cache_operation_duration_seconds_sum')
  expect(sum).toEqual(
    expect.objectContaining({
      labels: { cache: 'catalogue', operation: 'get', error_type: 'ECONNREFUSED' },
      value: 0.25,
    }),
  )
})

test('the type of an error is its code, else its class, and never its message', () => {
  expect(errorType(Object.assign(new Error('x'), { code: '57014' }))).toBe('57014')
  expect(errorType(new DOMException('x', 'TimeoutError'))).toBe('TimeoutError')
  expect(errorType(Object.assign(new Error('x'), { code: 'user 17 not found', name: 'no good either' }))).toBe('_OTHER')
  expect(errorType('a thrown string')).toBe('_OTHER')
})
