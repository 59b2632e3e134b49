import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { collectDefaultMetrics } from 'prom-client'
import { counter, gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'
import { gcMetrics } from './gc.ts'

/**
 * Sums of a gauge that prom-client gives by type as well. Named like counters, they are refused by `promtool check
 * metrics`; use `sum(nodejs_active_resources)`.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/**
 * prom-client's defaults, plus the heap's limit, the heap after major GC and the event loop's utilisation. Call it once
 * per process: it watches garbage collection.
 *
 * Scrape it from one place only: event-loop lag and utilisation cover the time since the last scrape, and lag idles at
 * 10 ms, its resolution.
 */
export function runtimeMetrics(registry: MetricsRegistry): void {
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  gcMetrics(registry)

  gauge(registry, {
    name: 'nodejs_heap_size_limit_bytes',
    help: 'Heap size at which the process dies of memory',
    collect() {
      this.set(getHeapStatistics().heap_size_limit)
    },
  })
  eventLoopMetrics(registry)
}

function eventLoopMetrics(registry: MetricsRegistry): void {
  let last = performance.eventLoopUtilization()
  // The gauge that collects comes first: a registry reads its metrics in order.
  gauge(registry, {
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the time since the last scrape in which the event loop was busy',
    collect() {
      const now = performance.eventLoopUtilization()
      const passed = performance.eventLoopUtilization(now, last)
      last = now
      seconds.inc({ nodejs_eventloop_state: 'active' }, passed.active / 1000)
      seconds.inc({ nodejs_eventloop_state: 'idle' }, passed.idle / 1000)
      this.set(passed.utilization)
    },
  })
  const seconds = counter(registry, {
    name: 'nodejs_eventloop_time_seconds_total',
    help: 'Time the event loop spent active and idle; active / both is its utilisation over any range',
    labelNames: ['nodejs_eventloop_state'],
  })
}
