import { constants, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRegistry, runtimeMetrics } from '@drillbook/instrumentation'
import { expect, test } from '@jest/globals'
import { samples } from './scrape.ts'
import { until } from './until.ts'

const registry = createRegistry({ service: 'test' })
runtimeMetrics(registry)
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function isMajor(detail: unknown): boolean {
  return (detail as { kind: number }).kind === constants.NODE_PERFORMANCE_GC_MAJOR
}

async function value(name: string, labels: Record<string, string> = {}): Promise<number> {
  const found = (await samples(registry, name)).find((sample) =>
    Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  )
  return found?.value ?? Number.NaN
}

test('the heap after a major collection is the heap in use, and the limit stands beside it', async () => {
  collectGarbage()
  await until(async () => (await value('nodejs_heap_size_after_major_gc_bytes')) > 0)
  const limit = await value('nodejs_heap_size_limit_bytes')
  expect(limit).toBe(getHeapStatistics().heap_size_limit)
  expect(await value('nodejs_heap_size_after_major_gc_bytes')).toBeLessThan(limit)
})

test('collections that Node reports together are all counted', async () => {
  const counted = () => value('nodejs_gc_duration_seconds_count', { kind: 'major' })
  let reported = 0
  const observer = new PerformanceObserver((list) => {
    reported += list.getEntries().filter((entry) => 'detail' in entry && isMajor(entry.detail)).length
  })
  const before = await counted()
  observer.observe({ entryTypes: ['gc'] })
  for (let round = 0; round < 5; round++) collectGarbage()
  await until(() => reported >= 5)
  observer.disconnect()
  expect(await counted()).toBe(before + reported)
})

test('event loop time adds up, busy and idle, whoever scrapes how often', async () => {
  const total = async () =>
    (await value('nodejs_eventloop_time_seconds_total', { nodejs_eventloop_state: 'active' })) +
    (await value('nodejs_eventloop_time_seconds_total', { nodejs_eventloop_state: 'idle' }))
  const before = await total()
  const startedAt = performance.now()
  await until(() => performance.now() - startedAt > 100)
  const passed = (await total()) - before
  expect(passed).toBeGreaterThan(0.09)
  expect(await value('nodejs_eventloop_utilization_ratio')).toBeGreaterThanOrEqual(0)
  expect(await value('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1)
})

test('no gauge is named like a counter', async () => {
  const text = await registry.metrics()
  expect(text.match(/^# TYPE \w+_total gauge$/gm)).toBeNull()
})
