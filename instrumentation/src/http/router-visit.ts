import type { IncomingMessage } from 'node:http'
import type { NotedRoute } from './route-note.ts'

const ROUTING = Symbol.for('drillbook routing')

/** A router at work on a request. A template that is absent cannot be known. */
export interface Visit {
  router: object
  /** Template of where the router stands. */
  base: string | undefined
  /** Template of where the layer stands that is at work; a router that begins now stands there. */
  at: string | undefined
  /** `req.baseUrl` while that layer is at work. When it is another, a router that is not watched came in between. */
  baseUrl: string | undefined
  outer: Visit | undefined
}

/** All that is remembered of one request: one object, since each property that is added to a request has its cost. */
export interface Routing {
  /** The innermost router at work. */
  visit: Visit | undefined
  route: NotedRoute | undefined
  /** Where the route has matched. */
  routeVisit: Visit | undefined
  /** Template of the last route that has matched. */
  template: string | undefined
}

export interface VisitedRequest extends IncomingMessage {
  baseUrl?: string
  [ROUTING]?: Routing
}

export function routingOf(req: VisitedRequest): Routing {
  let routing = req[ROUTING]
  if (routing === undefined) {
    routing = { visit: undefined, route: undefined, routeVisit: undefined, template: undefined }
    req[ROUTING] = routing
  }
  return routing
}

/** The visit of `router`, not of one inside it that it has left; undefined when its beginning was not seen. */
export function visitOf(routing: Routing, router: object): Visit | undefined {
  let { visit } = routing
  while (visit !== undefined && visit.router !== router) visit = visit.outer
  return visit
}

/** Begins the visit of the router at the root of an application, which stands nowhere but there. */
export function beginAtRoot(routing: Routing, router: object): void {
  routing.visit = { router, base: '', at: '', baseUrl: '', outer: undefined }
}

/**
 * Begins the visit of a router. Where it stands is known from the layer that is at work, or when nobody has routed
 * before. A router inside itself has no template: a client could make it as long as it likes (`/child/1/child/2/...`).
 */
export function beginVisit(routing: Routing, router: object, baseUrl: string | undefined): void {
  const outer = routing.visit
  const seen = outer === undefined ? baseUrl === undefined : outer.baseUrl === baseUrl
  const at = outer === undefined ? '' : outer.at
  const before = visitOf(routing, router)
  const base = seen && (before === undefined || before.base === at) ? at : undefined
  routing.visit = { router, base, at: base, baseUrl, outer }
}

/** Goes on with a visit that was begun before, or, when its beginning was not seen, with one that knows nothing. */
export function resumeVisit(routing: Routing, router: object): Visit {
  const { visit: outer } = routing
  if (outer !== undefined && outer.router === router) return outer
  routing.visit = visitOf(routing, router) ?? { router, base: undefined, at: undefined, baseUrl: undefined, outer }
  return routing.visit
}
