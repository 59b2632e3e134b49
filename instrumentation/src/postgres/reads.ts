import type { Gauge } from 'prom-client'
import { counter, gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/** `fallback`: the primary answered although reads are set to go to the replica, which lags or fails. */
export type ReadFrom = 'primary' | 'replica' | 'fallback'

export interface ReadMetrics {
  /** Counts one read that may be answered by a replica, by who was asked for the answer in the end. */
  read(from: ReadFrom): void
  /**
   * What the latest check of the replica has found. Without a call there is no series: no replica, no lag.
   *
   * @param usable whether reads go to it when they are set to
   * @param lagSeconds since when the primary has had something that the replica has not replayed; 0 when it has all
   */
  replica(usable: boolean, lagSeconds: number): void
}

/** Metrics of reads that a streaming replica may answer. */
export function readMetrics(registry: MetricsRegistry): ReadMetrics {
  const reads = counter(registry, {
    name: 'db_client_reads_total',
    help: 'Reads that a replica may answer, by who did: primary, replica, fallback (the primary, in its place)',
    labelNames: ['source'],
  })
  for (const source of ['primary', 'replica', 'fallback']) reads.labels({ source }).inc(0)
  let gauges: { lag: Gauge; usable: Gauge } | undefined

  return {
    read: (source) => reads.labels({ source }).inc(),
    replica(usable, lagSeconds) {
      gauges ??= {
        lag: gauge(registry, {
          name: 'db_replica_lag_seconds',
          help: 'Since when the primary has had something that the replica has not replayed; absent without a replica',
        }),
        usable: gauge(registry, {
          name: 'db_replica_usable',
          help: '1 while the replica is fit to be read from; absent without a replica',
        }),
      }
      gauges.lag.set(lagSeconds)
      gauges.usable.set(usable ? 1 : 0)
    },
  }
}
