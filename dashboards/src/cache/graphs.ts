import type { Panel } from '@grafana/schema'
import { LOOKUP_RESULTS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { alertSentence } from '../rules/sentence.ts'
import type { Thresholds } from '../rules/thresholds.ts'
import { SERVICE } from './selectors.ts'

/** Hit ratio over time. */
export function hitRatio(id: number, { hitRate }: Thresholds): Panel {
  return graph({
    id,
    title: 'Hit ratio',
    description: [
      'Hits / all lookups, over one minute; a gap means no lookups. Normal: level above 90 %.',
      `At 0 % the cache helps nobody: look at "Cache up" and "Lookups by result". ${alertSentence(hitRate)}`,
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `cache:hit_ratio{${SERVICE}}`, legend: '{{service}} {{cache}}' }],
    alert: hitRate,
    max: 1,
  })
}

/** Lookups per second, one band for each of the five results. */
export function lookupsByResult(id: number): Panel {
  const all = `0 * sum(rate(cache_lookups_total{${SERVICE}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Lookups by result',
    description: [
      'Every lookup has one result. hit: answered. miss: read from the database, then kept. stale: an old copy was served',
      'because the cache failed. bypass: an operator switched the cache off. error: the cache failed or the breaker was open.',
      'Normal: nearly all green. Yellow or red: the cache fails; purple: somebody runs `bypass-cache`.',
    ].join(' '),
    unit: 'ops',
    queries: Object.keys(LOOKUP_RESULTS).map((result) => ({
      expr: `sum(rate(cache_lookups_total{${SERVICE}, result="${result}"}[$__rate_interval])) or ${all}`,
      legend: result,
    })),
    styles: Object.entries(LOOKUP_RESULTS).map(([series, colour]) => ({ series, colour })),
    stacked: true,
  })
}

/** Failing lookups over time, with the alert's line. */
export function cacheErrors(id: number, thresholds: Thresholds): Panel {
  return graph({
    id,
    title: 'Cache errors',
    description: [
      'Lookups per second that the cache failed or the breaker kept away from it. Normal: 0. Reads go on from the database,',
      `so look at its load next. The dashed line is where the alert starts. ${alertSentence(thresholds.cacheErrors, 'lookups/s')}`,
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `cache:errors:rate1m{${SERVICE}}`, legend: '{{service}} {{cache}}' }],
    alert: thresholds.cacheErrors,
  })
}

/** How long the cache itself takes to answer. */
export function operationDuration(id: number): Panel {
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (service, le) (rate(cache_operation_duration_seconds_bucket{${SERVICE}}[$__rate_interval])))`
  return graph({
    id,
    title: 'Cache operation duration',
    description: [
      'Time of one command to the cache, as the service sees it: half of them are faster than p50, 1 in 100 is slower than p99.',
      'Normal: a few milliseconds. Level at the time-out of the service: the cache hangs or is overloaded.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: quantile(0.5), legend: '{{service}} p50' },
      { expr: quantile(0.99), legend: '{{service}} p99' },
    ],
  })
}

/** Whether each instance has given up on the cache for the moment. */
export function breakerOpen(id: number): Panel {
  return graph({
    id,
    title: 'Breaker open',
    description: [
      '1 while an instance does not ask the cache because it failed too often; it tries again by itself. Normal: 0.',
      'One instance alone at 1 has trouble of its own (network, configuration); all of them: the cache is the problem.',
    ].join(' '),
    unit: 'bool_on_off',
    queries: [{ expr: `max by (service, instance) (cache_breaker_open{${SERVICE}})`, legend: '{{instance}}' }],
    stepped: true,
    max: 1,
  })
}
