import { boundedLabel, OTHER } from '../bounded-label.ts'
import { secondsBuckets } from '../buckets.ts'
import { children } from '../children.ts'
import { histogram } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'
import type { ActiveTrace } from '../trace-context.ts'

export interface EndedRequest {
  method: string
  route: string
  status: number
  errorType: string
}

export interface HttpRequestDurations {
  /** @param trace the request's trace; linked as exemplar if it is sampled */
  record(request: EndedRequest, seconds: number, trace: ActiveTrace | undefined): void
}

type Label = 'http_request_method' | 'http_route' | 'http_response_status_code' | 'error_type'

/** The methods that OpenTelemetry's conventions name; all others are `_OTHER`, since a client may invent them. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/** A route is a path template, an array of them or a regular expression; code has a fixed number of them. */
const ROUTES = { max: 200, pattern: /^[^\n]{1,200}$/ }

/**
 * One exemplar for each bucket in this time is plenty for a scrape every 5 to 60 s and saves its cost on all other
 * requests.
 */
const EXEMPLAR_EVERY_MS = 1000

/**
 * The request duration histogram with its label children resolved once. On the hot path there are one Map look-up and
 * one observation.
 */
export function httpRequestDurations(registry: MetricsRegistry): HttpRequestDurations {
  const durations = histogram<Label | 'trace_id' | 'span_id'>(registry, {
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests, from their first byte to the end of the response or of the connection',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code', 'error_type'],
    enableExemplars: true,
  })
  const routeLabel = boundedLabel(ROUTES)
  const errorLabel = boundedLabel({ max: 50 })
  const series = children((method: string, route: string, status: string, error: string) => {
    const labels: Record<Label, string> = {
      http_request_method: method,
      http_route: route,
      http_response_status_code: status,
      error_type: error,
    }
    return {
      labels,
      child: durations.labels(labels),
      /** When each bucket last got an exemplar, in ms of `performance.now()`. */
      exemplarAt: new Float64Array(secondsBuckets.length + 1).fill(Number.NEGATIVE_INFINITY),
    }
  })

  return {
    record({ method, route, status, errorType }, seconds, trace) {
      const { labels, child, exemplarAt } = series(
        METHODS.has(method) ? method : '_OTHER',
        routeLabel(route),
        statusLabel(status),
        errorLabel(errorType),
      )
      if (trace?.sampled) {
        const bucket = bucketOf(seconds)
        const now = performance.now()
        if (now - (exemplarAt[bucket] ?? now) >= EXEMPLAR_EVERY_MS) {
          exemplarAt[bucket] = now
          const exemplarLabels = { trace_id: trace.traceId, span_id: trace.spanId }
          durations.observe({ labels, value: seconds, exemplarLabels })
          return
        }
      }
      child.observe(seconds)
    },
  }
}

/** HTTP allows 100 to 599; Node lets a handler send up to 999. */
function statusLabel(status: number): string {
  return status >= 100 && status <= 599 ? String(status) : OTHER
}

function bucketOf(seconds: number): number {
  const index = secondsBuckets.findIndex((bound) => seconds <= bound)
  return index === -1 ? secondsBuckets.length : index
}
