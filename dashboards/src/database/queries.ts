import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { SERVICE } from './selectors.ts'

/** Mean and 99th percentile over all queries of each service. */
export function queryTime(id: number): Panel {
  return graph({
    id,
    title: 'Query time',
    description: [
      'Time of one query as the service sees it, over one minute, the wait for a connection included; a gap means no queries.',
      'Normal: mean below 50 ms, p99 a few times that. p99 alone climbs: some queries wait for locks. Both: the server is slow or the pool short.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: `db:query_duration_seconds:mean1m{${SERVICE}}`, legend: '{{service}} mean' },
      { expr: `db:query_duration_seconds:p99_1m{${SERVICE}}`, legend: '{{service}} p99' },
    ],
  })
}

/** Which queries are slow: mean time by what they do and to which table. */
export function queryTimeByTable(id: number): Panel {
  const seconds = (suffix: string) =>
    `sum by (db_operation_name, db_collection_name) (rate(db_client_operation_duration_seconds_${suffix}{${SERVICE}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Slowest queries',
    description: [
      'Mean time of the eight slowest kinds of query, by statement and table. Normal: tens of milliseconds, all alike.',
      'One far above the others: its plan or a lock on its table. All together: the server or the pool, not a query.',
    ].join(' '),
    unit: 's',
    queries: [
      {
        expr: `topk(8, ${seconds('sum')} / (${seconds('count')} > 0))`,
        legend: '{{db_operation_name}} {{db_collection_name}}',
      },
    ],
  })
}

/** 99th percentile by statement and table. */
export function p99ByTable(id: number): Panel {
  return graph({
    id,
    title: 'p99 of the slowest',
    description: [
      'One query in a hundred takes longer, for the eight slowest kinds by statement and table. Normal: below half a second.',
      'As exact as the histogram buckets are (…0.3, 0.5, 0.8, 1, 2 s…). Tables that many write to (seat, product, coupon) show a queue first.',
    ].join(' '),
    unit: 's',
    queries: [
      {
        expr: `topk(8, histogram_quantile(0.99, sum by (db_operation_name, db_collection_name, le) (rate(db_client_operation_duration_seconds_bucket{${SERVICE}}[$__rate_interval]))) > 0)`,
        legend: '{{db_operation_name}} {{db_collection_name}}',
      },
    ],
  })
}

/** Connections of every pool, against the most that it may open. */
export function connections(id: number): Panel {
  return graph({
    id,
    title: 'Connections',
    description: [
      'Connections in use by pool over all instances, the most there may be (max), and how many requests wait for one (pending).',
      'Normal: used well below max, pending 0. Used at max: queries are slow or transactions long; a larger pool moves the queue to the server.',
    ].join(' '),
    unit: 'short',
    queries: [
      {
        expr: `sum by (db_client_connection_pool_name) (db_client_connection_count{${SERVICE}, db_client_connection_state="used"})`,
        legend: '{{db_client_connection_pool_name}} used',
      },
      {
        expr: `sum by (db_client_connection_pool_name) (db_client_connection_max{${SERVICE}})`,
        legend: '{{db_client_connection_pool_name}} max',
      },
      {
        expr: `sum by (db_client_connection_pool_name) (db:connections_pending:sum{${SERVICE}})`,
        legend: '{{db_client_connection_pool_name}} pending',
      },
    ],
    styles: [
      { series: / used$/, colour: COLOURS.expected, shades: true },
      { series: / max$/, colour: COLOURS.neutral, as: 'bound' },
      { series: / pending$/, colour: COLOURS.bad, shades: true },
    ],
  })
}

/** How long requests wait for a connection. */
export function connectionWait(id: number): Panel {
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(db_client_connection_wait_time_seconds_bucket{${SERVICE}}[$__rate_interval])))`
  return graph({
    id,
    title: 'Wait for a connection',
    description: [
      'Time until the pool gives a connection: half of the requests wait shorter than p50, 1 in 100 longer than p99.',
      'Normal: a few milliseconds. Climbing: the pool is too small for what its queries take, and time-outs are next.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: quantile(0.5), legend: 'p50' },
      { expr: quantile(0.99), legend: 'p99' },
    ],
  })
}

/** Requests that got no connection in time. */
export function connectionTimeouts(id: number): Panel {
  return graph({
    id,
    title: 'Connection time-outs',
    description: [
      'Requests per minute that gave up waiting for a connection, by pool. Normal: 0; each one is an error for somebody.',
      'Shed load first (`PUT /load-shedding`), then find what holds the connections: "Sessions by state", "Longest transaction".',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      {
        expr: `60 * db:connection_timeouts:rate1m{${SERVICE}}`,
        legend: '{{service}} {{db_client_connection_pool_name}}',
      },
    ],
    styles: [{ series: /.+/, colour: COLOURS.bad, shades: true }],
  })
}
