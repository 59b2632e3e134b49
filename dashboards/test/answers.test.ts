import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { dashboardQueries } from '../src/queries.ts'
import { committed } from './committed.ts'

const SUBSTITUTIONS = { service: 'reference-app', rate_interval: '1m' }
const scratch = mkdtempSync(join(tmpdir(), 'drillbook-answers-'))

afterAll(() => rmSync(scratch, { recursive: true }))

/** A query's samples: label set as Prometheus writes it, and value. */
type Samples = [labels: string, value: number][]

function query(file: string, id: number, refId = 'A'): string {
  const found = dashboardQueries(committed(file), SUBSTITUTIONS).find((q) => q.panelId === id && q.refId === refId)
  if (found === undefined) throw new Error(`${file} has no query ${id}${refId}`)
  return found.expr
}

/** Lets promtool ask the panel's own query of made-up series after ten minutes. Throws with its difference. */
function promtoolExpects(series: Record<string, string>, expr: string, samples: Samples): void {
  const path = join(scratch, 'test.yaml')
  const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }))
  const exp_samples = samples.map(([labels, value]) => ({ labels, value }))
  const tests = [{ interval: '10s', input_series, promql_expr_test: [{ expr, eval_time: '10m', exp_samples }] }]
  writeFileSync(path, stringify({ evaluation_interval: '10s', tests }))
  execFileSync('promtool', ['test', 'rules', path], { stdio: 'pipe' })
}

test('a lookup result that never occurred is drawn as zero', () => {
  const series = { 'cache_lookups_total{service="reference-app", cache="catalogue", result="hit"}': '0+100x60' }
  promtoolExpects(series, query('cache.json', 2, 'A'), [['{}', 10]])
  promtoolExpects(series, query('cache.json', 2, 'E'), [['{}', 0]])
})

test('database load is a multiple of normal', () => {
  const series = {
    'db:transactions:rate1m{service="postgres"}': '90x60',
    'db:transactions:normal{service="postgres"}': '30x60',
  }
  promtoolExpects(series, query('cache.json', 22), [['{}', 3]])
  promtoolExpects(series, query('cache.json', 5, 'C'), [['{service="postgres"}', 90]])
})

test('what changed: the version of each instance and the milliseconds since 1970 of its start', () => {
  const instance = (name: string) => `service="reference-app", instance="${name}"`
  const series = {
    [`process_start_time_seconds{${instance('api-1')}, job="services"}`]: '100x60',
    [`process_start_time_seconds{${instance('api-2')}, job="services"}`]: '200x60',
    [`deployment_info{${instance('api-1')}, version="1.0.0"}`]: '1x60',
    [`deployment_info{${instance('api-2')}, version="1.1.0"}`]: '1x60',
  }
  promtoolExpects(series, query('service-overview.json', 13), [
    [`{${instance('api-1')}, version="1.0.0"}`, 100_000],
    [`{${instance('api-2')}, version="1.1.0"}`, 200_000],
  ])
})

test('the table of firing alerts leaves out the Watchdog and what is only pending', () => {
  const labels = (alert: string) =>
    `alertname="${alert}", severity="warning", service="redis-cache", incident="cache-outage"`
  const series = {
    [`ALERTS{alertstate="firing", ${labels('CacheDown')}, instance="redis-cache"}`]: '1x60',
    [`ALERTS_FOR_STATE{${labels('CacheDown')}, instance="redis-cache"}`]: '7x60',
    [`ALERTS{alertstate="pending", ${labels('CacheErrorsHigh')}}`]: '1x60',
    [`ALERTS_FOR_STATE{${labels('CacheErrorsHigh')}}`]: '8x60',
    'ALERTS{alertstate="firing", alertname="Watchdog", incident="monitoring"}': '1x60',
    'ALERTS_FOR_STATE{alertname="Watchdog", incident="monitoring"}': '9x60',
  }
  promtoolExpects(series, query('service-overview.json', 12), [[`{${labels('CacheDown')}}`, 7000]])
  promtoolExpects(series, query('service-overview.json', 24), [['{}', 1]])
  promtoolExpects(series, query('service-overview.json', 25), [['{}', 1]])
})

test('figures that count bad things say zero when there are none', () => {
  for (const id of [24, 25, 26, 27]) promtoolExpects({}, query('service-overview.json', id), [['{}', 0]])
})

test('the house is as full as its capacity says, and no share of nothing', () => {
  const room = (capacity: number) => ({
    'waiting_room:tokens:max{service="reference-app", state="admitted"}': '150x60',
    'waiting_room:tokens:max{service="reference-app", state="waiting"}': '900x60',
    'waiting_room:capacity:max{service="reference-app"}': `${capacity}x60`,
  })
  promtoolExpects(room(200), query('waiting-room.json', 21), [['{}', 0.75]])
  promtoolExpects(room(0), query('waiting-room.json', 21), [])
})

test('the slowest queries are those that take long, not those that are many', () => {
  const labels = (table: string) => `service="reference-app", db_operation_name="SELECT", db_collection_name="${table}"`
  const series = {
    [`db_client_operation_duration_seconds_sum{${labels('seat')}}`]: '0+50x60',
    [`db_client_operation_duration_seconds_count{${labels('seat')}}`]: '0+100x60',
    [`db_client_operation_duration_seconds_sum{${labels('idle')}}`]: '9x60',
    [`db_client_operation_duration_seconds_count{${labels('idle')}}`]: '9x60',
  }
  promtoolExpects(series, query('database.json', 6), [['{db_operation_name="SELECT", db_collection_name="seat"}', 0.5]])
})

test('time-outs and people who were wronged are said per minute', () => {
  const wronged = {
    'waiting_room:inversions:rate1m{service="reference-app"}': '0.5x60',
    'waiting_room:dropped:rate1m{service="reference-app"}': '0.25x60',
  }
  promtoolExpects(wronged, query('waiting-room.json', 23), [['{}', 45]])
  promtoolExpects(
    { 'db:connection_timeouts:rate1m{service="reference-app", db_client_connection_pool_name="primary"}': '2x60' },
    query('database.json', 24),
    [['{}', 120]],
  )
})

test('promtool notices a wrong answer', () => {
  expect(() => promtoolExpects({}, query('service-overview.json', 24), [['{}', 1]])).toThrow()
})
