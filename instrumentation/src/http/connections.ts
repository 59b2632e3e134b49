import { counter } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/** Malformed, not sent in time, an unknown Expect header, too large headers. */
const STATUSES = [400, 408, 417, 431] as const

export type UnreadableStatus = (typeof STATUSES)[number]

export interface ConnectionMetrics {
  /** Counts one connection that was closed because its client did not read the answer. */
  unread(): void
  /** Counts what was no request, and was answered with this status: it has no method, route or duration. */
  unreadable(status: UnreadableStatus): void
}

/** Metrics of what happens to connections rather than to requests. All series exist from the start. */
export function connectionMetrics(registry: MetricsRegistry): ConnectionMetrics {
  const unread = counter(registry, {
    name: 'http_server_unread_connections_total',
    help: 'Connections that were cut because their clients took nothing of what waited for them',
  })
  const unreadable = counter(registry, {
    name: 'http_server_unreadable_requests_total',
    help: 'What could not be read as a request, by the status that it was answered with; counted as a request or an outcome nowhere else',
    labelNames: ['http_response_status_code'],
  })
  const answered = (status: UnreadableStatus) => unreadable.labels({ http_response_status_code: String(status) })
  for (const status of STATUSES) answered(status).inc(0)
  return { unread: () => unread.inc(), unreadable: (status) => answered(status).inc() }
}
