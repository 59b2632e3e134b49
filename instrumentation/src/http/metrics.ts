import type { IncomingMessage, ServerResponse } from 'node:http'
import { gauge } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'
import { activeTrace } from '../trace-context.ts'
import { answerGivenAt, noteAnswerGiven } from './answer-given.ts'
import { httpRequestDurations } from './durations.ts'
import { watchRequest } from './express-watch.ts'
import { routeOf } from './route.ts'
import { streamBeganAt } from './stream-began.ts'

export interface HttpMetrics {
  /**
   * Express (or plain Node) middleware; mount it once, before everything else, so that each request is timed whole and
   * counted exactly once: also those that nobody answers.
   */
  middleware(req: IncomingMessage, res: ServerResponse, next: () => void): void
  /**
   * Instead of the middleware, for a request that was refused at once, unread and unrouted: counted as answered in no
   * time.
   */
  refused(req: IncomingMessage, route: string, status: number): void
}

/**
 * A client that leaves after this long left because of us (design rule: a hang-up is `failed` only if we had already
 * been slow).
 */
const SLOW_SECONDS = 1

/** nginx's "client closed request": no status was received, whatever we may have meant to send. */
const CLIENT_CLOSED_REQUEST = 499

/**
 * `http_server_request_duration_seconds` and `http_server_active_requests`, named as in OpenTelemetry's stable HTTP
 * conventions.
 *
 * `http_route` is the template (`/api/v1/concerts/:id`), `unmatched` when no route matched. `error_type` is empty for
 * anything that is not our failure; else the status for 5xx, `client_closed_request` for a client that sent its whole
 * request and left after more than 1 s without a whole answer, or the class of the error with which the response was
 * destroyed. An answer that its client does not take lasts until it was given; a stream (`streamBegan`) until it began,
 * and is recorded when it ends.
 */
export function httpMetrics(registry: MetricsRegistry): HttpMetrics {
  const durations = httpRequestDurations(registry)
  const active = activeRequests(registry)

  return {
    middleware(req, res, next) {
      const startedAt = performance.now()
      active.requests += 1
      watchRequest(req)
      const trace = activeTrace()
      noteAnswerGiven(res)
      res.once('close', () => {
        active.requests -= 1
        const untaken = res.writableEnded && !res.writableFinished
        // Without a time it waited behind others that its client did not take.
        const endedAt = streamBeganAt(res) ?? (untaken ? (answerGivenAt(res) ?? startedAt) : performance.now())
        const seconds = (endedAt - startedAt) / 1000
        const { status, errorType } = ending(res, seconds)
        durations.record({ method: req.method ?? '', route: routeOf(req), status, errorType }, seconds, trace)
      })
      next()
    },
    refused(req, route, status) {
      durations.record(
        { method: req.method ?? '', route, status, errorType: status >= 500 ? String(status) : '' },
        0,
        undefined,
      )
    },
  }
}

/** By registry: several makers count together. */
const counts = new WeakMap<MetricsRegistry, { requests: number }>()

function activeRequests(registry: MetricsRegistry): { requests: number } {
  const existing = counts.get(registry)
  if (existing !== undefined) return existing
  const active = { requests: 0 }
  counts.set(registry, active)
  gauge(registry, {
    name: 'http_server_active_requests',
    help: 'Requests being served now',
    collect() {
      this.set(active.requests)
    },
  })
  return active
}

function ending(res: ServerResponse, seconds: number): { status: number; errorType: string } {
  if (res.writableFinished || streamBeganAt(res) !== undefined) {
    return { status: res.statusCode, errorType: res.statusCode >= 500 ? String(res.statusCode) : '' }
  }
  // Without a socket it waited behind other answers of a connection that was closed, and Node has put that error there.
  if (res.errored && res.socket !== null)
    return { status: res.headersSent ? res.statusCode : 500, errorType: res.errored.name }
  const slow = res.req.complete && seconds > SLOW_SECONDS
  return { status: CLIENT_CLOSED_REQUEST, errorType: slow ? 'client_closed_request' : '' }
}
