import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { words } from '../grafana/words.ts'
import { SERVER, SERVICE } from './selectors.ts'

const NO_QUERIES = 'no queries'

/** 1 or 0 for each database server. */
export function databaseUp(id: number): Panel {
  return stat({
    id,
    title: 'Database up',
    description: [
      'Whether each database server answers. Normal: all UP. DOWN also when its exporter cannot be scraped.',
      'The replica being down costs users nothing while reads go to the primary; the primary being down costs them everything.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: `db:up{${SERVER}}`, legend: '{{instance}}' }],
    mappings: words({ 0: { text: 'DOWN', color: COLOURS.bad }, 1: { text: 'UP', color: COLOURS.good } }),
    noValue: 'nothing scraped',
    named: true,
  })
}

/** The busiest server's share of its cores. */
export function cpuNow(id: number): Panel {
  return stat({
    id,
    title: 'Database CPU',
    description: [
      'Processor time of the busiest database server / the cores that it may use, over the last minute. Normal: below 60 %.',
      'Near 100 % every query waits for a core: find the query that costs it before you add connections, which make it worse.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `max(db:cpu_utilization:ratio{${SERVER}})`, legend: 'cpu' }],
    noValue: 'not measured',
    decimals: 0,
  })
}

/** The mean time of a query; the slowest service when several are chosen. */
export function queryTimeNow(id: number): Panel {
  return stat({
    id,
    title: 'Mean query time',
    description: [
      'What one query costs its service on average over the last minute, the wait for a connection included.',
      'Normal: below 50 ms. Above it, see whether the server is slow (CPU, locks) or the pool is short (pending, wait time).',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(db:query_duration_seconds:mean1m{${SERVICE}})`, legend: 'mean' }],
    noValue: NO_QUERIES,
  })
}

/** The fullest pool. */
export function poolNow(id: number): Panel {
  return stat({
    id,
    title: 'Pool in use',
    description: [
      'Connections in use / the most there may be, of the fullest pool over all instances. Normal: below 80 %.',
      'At 100 % requests wait for a connection: look for long transactions and slow queries first, a larger pool is the last resort.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `max(db:connections_used:ratio{${SERVICE}})`, legend: 'used' }],
    decimals: 0,
  })
}

/** Requests that gave up waiting for a connection, per minute. */
export function timeoutsNow(id: number): Panel {
  return stat({
    id,
    title: 'Time-outs',
    description: [
      'Requests per minute that gave up waiting for a database connection; each is an error for somebody. Normal: 0.',
      'Above it the pool is exhausted: see "Connections" for who holds them, and "Longest transaction" for how long.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [{ expr: `60 * sum(db:connection_timeouts:rate1m{${SERVICE}})`, legend: 'time-outs' }],
    decimals: 0,
  })
}

/** How far the replica is behind, as the services see it. */
export function replicaLagNow(id: number): Panel {
  return stat({
    id,
    title: 'Replica lag',
    description: [
      'Since when the primary has had something that the replica lacks, as the services measure it. Normal: below 1 s.',
      'A replica that lags too far is not read from: reads fall back to the primary, which has to bear them.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(db:replica_lag_seconds:max{${SERVICE}})`, legend: 'lag' }],
    noValue: 'no replica',
    decimals: 1,
  })
}
