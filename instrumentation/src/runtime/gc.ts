import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { Gauge } from 'prom-client'
import { gauge, histogram } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

/**
 * Pauses are shorter than requests, so not the common list; prom-client's bounds are kept, and with them existing
 * dashboards.
 */
const PAUSE_BUCKETS = [0.001, 0.01, 0.1, 1, 2, 5]

/**
 * Replaces prom-client's `nodejs_gc_duration_seconds`, which records only the first pause of each batch that Node hands
 * over and so loses count exactly when memory is tight. Adds the heap that is left after a major collection, the figure
 * that shows a leak: it exists from the first major collection on, not as a misleading 0 before.
 */
export function gcMetrics(registry: MetricsRegistry): void {
  registry.removeSingleMetric('nodejs_gc_duration_seconds')
  const pauses = histogram(registry, {
    name: 'nodejs_gc_duration_seconds',
    help: 'Garbage collection pauses by kind: major, minor, incremental, weakcb',
    labelNames: ['kind'],
    buckets: PAUSE_BUCKETS,
  })
  for (const kind of Object.values(KINDS)) pauses.zero({ kind })

  let heapAfterMajor: Gauge | undefined
  const observer = new PerformanceObserver((list) => {
    let major = false
    for (const entry of list.getEntries()) {
      const kind = KINDS[kindOf(entry)] ?? 'other'
      pauses.observe({ kind }, entry.duration / 1000)
      major ||= kind === 'major'
    }
    if (!major) return
    heapAfterMajor ??= gauge(registry, {
      name: 'nodejs_heap_size_after_major_gc_bytes',
      help: 'Heap in use just after the latest major collection; absent until the first',
    })
    heapAfterMajor.set(process.memoryUsage().heapUsed)
  })
  observer.observe({ entryTypes: ['gc'] })
}

function kindOf(entry: PerformanceEntry): number {
  const { detail } = entry as PerformanceEntry & { detail?: { kind?: number } }
  return detail?.kind ?? -1
}
