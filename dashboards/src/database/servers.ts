import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { IN_USE, SERVER } from './selectors.ts'

const EACH = '{{service}}'

/** Share of its cores that each server uses. */
export function cpu(id: number): Panel {
  return graph({
    id,
    title: 'Database CPU',
    description: [
      'Processor time of each database server / the cores that it may use; 100 % is all of them. Normal: below 60 %.',
      'High with normal transactions: one expensive query, or many processes that fight. High with many: load, see who sends it.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `db:cpu_utilization:ratio{${SERVER}}`, legend: EACH }],
    max: 1,
  })
}

/** Sessions by what they do. */
export function sessions(id: number): Panel {
  return graph({
    id,
    title: 'Sessions by state',
    description: [
      'Open sessions of each server. active: runs a statement. idle: waits for work, costs little. Normal: nearly all idle.',
      '"idle in transaction" that stays: somebody holds locks and does nothing; `GET /database/sessions` says who, and ends it.',
    ].join(' '),
    unit: 'short',
    queries: [
      {
        expr: `sum by (service, state) (pg_stat_activity_count{${SERVER}, ${IN_USE}, state!~"disabled|fastpath.*"})`,
        legend: '{{service}} {{state}}',
      },
    ],
    styles: [
      { series: / idle$/, colour: COLOURS.good, shades: true },
      { series: / active$/, colour: COLOURS.expected, shades: true },
      { series: / idle in transaction/, colour: COLOURS.warning, shades: true },
    ],
  })
}

/** How long the longest transaction has lasted. */
export function longestTransaction(id: number): Panel {
  return graph({
    id,
    title: 'Longest transaction',
    description: [
      'Age of the oldest transaction on each server. Normal: below a second.',
      'A line that climbs with the clock is one transaction that does not end: it keeps its locks and a connection. End its session.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max by (service) (pg_stat_activity_max_tx_duration{${SERVER}, ${IN_USE}})`, legend: EACH }],
  })
}

/** Locks that are held or asked for, and deadlocks. */
export function locks(id: number): Panel {
  return graph({
    id,
    title: 'Locks and deadlocks',
    description: [
      'Locks that sessions hold or wait for, by mode, and deadlocks per minute. Normal: follows the transactions; no deadlocks.',
      '`accessexclusivelock` shuts everybody out: a migration or `truncate` is running. Climbing while transactions fall: a queue behind a lock.',
    ].join(' '),
    unit: 'short',
    queries: [
      { expr: `sum by (mode) (pg_locks_count{${SERVER}, ${IN_USE}})`, legend: '{{mode}}' },
      {
        expr: `60 * sum(rate(pg_stat_database_deadlocks{${SERVER}, ${IN_USE}}[$__rate_interval]))`,
        legend: 'deadlocks/min',
      },
    ],
    styles: [
      { series: 'accessexclusivelock', colour: COLOURS.warning },
      { series: 'deadlocks/min', colour: COLOURS.bad },
    ],
  })
}

/** Share of the blocks that were in memory. */
export function bufferHits(id: number): Panel {
  const blocks = (metric: string) =>
    `sum by (service) (rate(pg_stat_database_blks_${metric}{${SERVER}, ${IN_USE}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Buffer hit ratio',
    description: [
      'Share of the blocks that the server found in its own memory; a gap means that it read none. Normal: above 99 %.',
      'A fall that lasts: the data in use no longer fits, or a query reads a whole table. After a restart it is low until warm.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `${blocks('hit')} / (${blocks('hit')} + ${blocks('read')} > 0)`, legend: EACH }],
    max: 1,
  })
}
