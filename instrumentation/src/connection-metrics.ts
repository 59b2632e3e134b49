import { counter } from './metric.ts'
import type { MetricsRegistry } from './registry.ts'

export interface ConnectionMetrics {
  /** Counts one connection that was given up because its client did not read what was answered. */
  unread(): void
}

/** Metrics of what happens to connections rather than to requests. All series exist from the start. */
export function connectionMetrics(registry: MetricsRegistry): ConnectionMetrics {
  const unread = counter(registry, {
    name: 'http_server_unread_connections_total',
    help: 'Connections that were cut because their clients took nothing of what waited for them',
  })
  return { unread: () => unread.inc() }
}
