import { counter, gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

export interface SheddingMetricsOptions {
  /** What requests are sorted into, in snake_case: the `class` label. */
  classes: readonly string[]
}

export interface SheddingMetrics {
  /** Counts one request that was turned away unread in `http_server_shed_total`. */
  shed(name: string): void
  /**
   * How many requests may be under way now (Infinity: no limit), and the time in the process that the limit follows.
   */
  limit(requests: number, sojournSeconds: number): void
}

/** Metrics of load shedding. All series exist from the start: the counters at 0, without a limit. */
export function sheddingMetrics(registry: MetricsRegistry, { classes }: SheddingMetricsOptions): SheddingMetrics {
  const total = counter(registry, {
    name: 'http_server_shed_total',
    help: 'Requests turned away before any work, because there was too much or an operator asked for it',
    labelNames: ['class'],
  })
  const limit = gauge(registry, {
    name: 'http_server_concurrency_limit',
    help: 'Requests that may be under way now; 0: no limit, because there is no overload',
  })
  const sojourn = gauge(registry, {
    name: 'http_server_sojourn_seconds',
    help: 'Mean time of the requests that ended in the last interval: what the limit follows',
  })
  const children = new Map(classes.map((name) => [name, total.labels({ class: name })]))
  for (const child of children.values()) child.inc(0)
  limit.set(0)
  sojourn.set(0)

  return {
    shed: (name) => children.get(name)?.inc(),
    limit: (requests, sojournSeconds) => {
      limit.set(Number.isFinite(requests) ? requests : 0)
      sojourn.set(sojournSeconds)
    },
  }
}
