import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { SERVER, SERVICE } from './selectors.ts'

/** Write-ahead log: how fast it grows, by what the replica is sent. */
export function walWritten(id: number): Panel {
  return graph({
    id,
    title: 'WAL written',
    description: [
      'Write-ahead log per second of the primary; a gap while no replica is connected. Normal: follows the writes.',
      'Far more than the writes explain: a bulk change or an index build, which the replica and the disk have to bear.',
    ].join(' '),
    unit: 'Bps',
    queries: [
      {
        expr: `max by (service) (rate(pg_stat_replication_pg_current_wal_lsn_bytes{${SERVER}}[$__rate_interval]))`,
        legend: '{{service}}',
      },
    ],
  })
}

/** Checkpoints by why they began. */
export function checkpoints(id: number): Panel {
  const perMinute = (why: string) =>
    `60 * sum by (service) (rate(pg_stat_bgwriter_checkpoints_${why}_total{${SERVER}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Checkpoints',
    description: [
      'Checkpoints per minute: timed ones come by the clock, requested ones because the write-ahead log ran full.',
      'Normal: only timed ones, one every five minutes. Requested ones in a row: heavy writes, `max_wal_size` is too small for them.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      { expr: perMinute('timed'), legend: '{{service}} timed' },
      { expr: perMinute('req'), legend: '{{service}} requested' },
    ],
    styles: [
      { series: / timed$/, colour: COLOURS.good, shades: true },
      { series: / requested$/, colour: COLOURS.warning, shades: true },
    ],
  })
}

/** How far the replica is behind, as the services and as the servers say. */
export function replicaLag(id: number): Panel {
  return graph({
    id,
    title: 'Replica lag',
    description: [
      'How far the replica is behind: as the services measure it before they read there, and as the replica itself believes.',
      'Normal: below 1 s. Only the services see a replica that is cut off: it believes that it has everything.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: `db:replica_lag_seconds:max{${SERVICE}}`, legend: '{{service}} sees' },
      { expr: `max by (service) (pg_replication_lag_seconds{${SERVER}})`, legend: '{{service}} believes' },
    ],
  })
}

/** Where reads that a replica may answer were answered. */
export function reads(id: number): Panel {
  const sources = { replica: COLOURS.good, primary: COLOURS.expected, fallback: COLOURS.degraded }
  return graph({
    id,
    title: 'Reads by source',
    description: [
      'Reads that a replica may answer, by who did. primary: so chosen. fallback: the primary, because the replica lags or fails.',
      'Normal: all on one of replica and primary, as `PUT /database/reads` was set last. Fallback: look at the replica.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (source) (rate(db_client_reads_total{${SERVICE}}[$__rate_interval]))`,
        legend: '{{source}}',
      },
    ],
    styles: Object.entries(sources).map(([series, colour]) => ({ series, colour })),
    stacked: true,
  })
}
