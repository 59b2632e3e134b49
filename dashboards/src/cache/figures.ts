import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { alertSteps } from '../grafana/steps.ts'
import { words } from '../grafana/words.ts'
import { alertSentence } from '../rules/sentence.ts'
import type { Thresholds } from '../rules/thresholds.ts'
import { DATABASE, SERVICE } from './selectors.ts'

const NO_LOOKUPS = 'no lookups'

/** Hit ratio over the last minute; the worst cache when several are chosen. */
export function hitRatioNow(id: number, { hitRate }: Thresholds): Panel {
  return stat({
    id,
    title: 'Hit ratio',
    description: [
      'Share of cache lookups that the cache itself answered in the last minute. Normal: above 90 %.',
      `Low after a restart is normal until the cache is warm. ${alertSentence(hitRate)}`,
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `min(cache:hit_ratio{${SERVICE}})`, legend: 'hit ratio' }],
    thresholds: alertSteps(hitRate),
    noValue: NO_LOOKUPS,
    decimals: 1,
  })
}

/** Failing lookups per second; the worst cache when several are chosen. */
export function errorsNow(id: number, { cacheErrors }: Thresholds): Panel {
  return stat({
    id,
    title: 'Cache errors',
    description: [
      'Lookups per second that the cache failed, or that the breaker kept away from it. Normal: 0.',
      alertSentence(cacheErrors, 'lookups/s'),
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `max(cache:errors:rate1m{${SERVICE}})`, legend: 'errors' }],
    thresholds: alertSteps(cacheErrors),
    noValue: NO_LOOKUPS,
  })
}

/** 1 or 0 for each cache server. */
export function cacheUp(id: number, { cacheDown }: Thresholds): Panel {
  return stat({
    id,
    title: 'Cache up',
    description: [
      'Whether each cache server answers. Normal: all UP. DOWN also when it hangs, or when its exporter cannot be scraped.',
      `The standby being down costs users nothing, but leaves nothing to switch to. ${alertSentence(cacheDown)}`,
    ].join(' '),
    unit: 'none',
    queries: [{ expr: 'cache:up', legend: '{{instance}}' }],
    thresholds: alertSteps(cacheDown),
    mappings: words({ 0: { text: 'DOWN', color: COLOURS.bad }, 1: { text: 'UP', color: COLOURS.good } }),
    noValue: 'nothing scraped',
    named: true,
  })
}

/** The database's load as a multiple of what is normal for it. */
export function databaseLoadNow(id: number, { databaseLoad }: Thresholds): Panel {
  return stat({
    id,
    title: 'Database load',
    description: [
      'Transactions per second as a multiple of the normal load. Normal: about 1, and below it on a quiet day.',
      `Without a working cache every read lands here. ${alertSentence(databaseLoad)}`,
    ].join(' '),
    unit: 'suffix: x',
    queries: [
      { expr: `max(db:transactions:rate1m{${DATABASE}} / db:transactions:normal{${DATABASE}})`, legend: 'x normal' },
    ],
    thresholds: alertSteps(databaseLoad),
    decimals: 1,
  })
}
