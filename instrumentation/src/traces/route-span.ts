import { IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { routeOf } from '../http/route.ts'

const HTTP_ROUTE = 'http.route'

/**
 * Gives the span of a request that Express has served the route of its metrics. OpenTelemetry's own, put together from
 * the layers' paths, lacks the mounts of applications, names all of several paths, and has none where nothing matched.
 */
export function routeServerSpan(span: Span, request: unknown): void {
  if (!(request instanceof IncomingMessage) || !('app' in request)) return
  const route = routeOf(request)
  span.setAttribute(HTTP_ROUTE, route)
  span.updateName(`${request.method} ${route}`)
}

/** Gives the span of a handler the route that has matched. */
export function routeHandlerSpan(span: Span, { request }: { request: IncomingMessage }): void {
  span.setAttribute(HTTP_ROUTE, routeOf(request))
}
