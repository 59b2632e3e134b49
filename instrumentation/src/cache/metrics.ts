import { boundedLabel } from '../bounded-label.ts'
import { children } from '../children.ts'
import { counter, gauge, histogram } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/**
 * `stale`: an old copy was served. `error`: the cache failed or the breaker was open. `bypass`: an operator switched it
 * off.
 */
export type CacheLookup = 'hit' | 'miss' | 'stale' | 'error' | 'bypass'

export interface CacheMetricsOptions {
  /** What is cached, e.g. `catalogue`: the `cache` label. */
  cache: string
  /**
   * Commands whose duration series exist from the start.
   * @default ['get', 'set']
   */
  operations?: readonly string[]
}

export interface CacheMetrics {
  /** Counts one lookup. Exactly one result for each lookup, however it went, so that hit ratio = hit / all. */
  lookup(result: CacheLookup): void
  /**
   * Records one command to the cache server.
   *
   * @param operation the command, from a fixed set; the 51st becomes `other`
   * @param seconds how long the caller waited, its time-out included
   * @param errorType what `errorType(error)` says of a command that failed; absent when it went well
   */
  operation(operation: string, seconds: number, errorType?: string): void
  /** Whether calls to the cache are being refused to protect it and us. Starts as false. */
  breakerOpen(open: boolean): void
  /** Whether the caller's own protection (short time-outs, breaker, ...) is on. Starts as true. */
  protectionEnabled(enabled: boolean): void
}

const LOOKUPS: readonly CacheLookup[] = ['hit', 'miss', 'stale', 'error', 'bypass']
const MAX_NAMES = 50

/** Metrics of one cache. Call it once for each; all of their series exist from the start, at 0. */
export function cacheMetrics(registry: MetricsRegistry, options: CacheMetricsOptions): CacheMetrics {
  const { cache, operations = ['get', 'set'] } = options
  const lookups = counter(registry, {
    name: 'cache_lookups_total',
    help: 'Lookups by result: hit, miss, stale, error, bypass; exactly one each, so hit ratio = hit / all',
    labelNames: ['cache', 'result'],
  })
  const durations = histogram(registry, {
    name: 'cache_operation_duration_seconds',
    help: 'Duration of commands to the cache server',
    labelNames: ['cache', 'operation', 'error_type'],
  })
  const breaker = gauge(registry, {
    name: 'cache_breaker_open',
    help: '1 while the circuit breaker keeps calls away from the cache',
    labelNames: ['cache'],
  }).labels({ cache })

  const protection = gauge(registry, {
    name: 'cache_protection_enabled',
    help: '0 while an operator has switched off what makes an outage of the cache harmless',
    labelNames: ['cache'],
  }).labels({ cache })

  const lookup = children((result: CacheLookup) => lookups.labels({ cache, result }))
  const operationLabel = boundedLabel({ max: MAX_NAMES })
  const errorLabel = boundedLabel({ max: MAX_NAMES })
  const duration = children((operation: string, error_type: string) =>
    durations.labels({ cache, operation, error_type }),
  )

  for (const result of LOOKUPS) lookup(result).inc(0)
  for (const operation of operations) durations.zero({ cache, operation: operationLabel(operation), error_type: '' })
  breaker.set(0)
  protection.set(1)

  return {
    lookup: (result) => lookup(result).inc(),
    operation: (operation, seconds, errorType = '') =>
      duration(operationLabel(operation), errorLabel(errorType)).observe(seconds),
    breakerOpen: (open) => breaker.set(open ? 1 : 0),
    protectionEnabled: (enabled) => protection.set(enabled ? 1 : 0),
  }
}
