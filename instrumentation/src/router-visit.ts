import type { IncomingMessage } from 'node:http'

const VISIT = Symbol.for('drillbook router visit')

/** A router at work on a request. A template that is absent cannot be known. */
export interface Visit {
  router: object
  /** Template of where the router stands. */
  base: string | undefined
  /** Template of where the layer stands that is at work; a router that begins now stands there. */
  at: string | undefined
  /** `req.baseUrl` while that layer is at work. When it is another, somebody who is not watched has routed in between. */
  baseUrl: string | undefined
  outer: Visit | undefined
}

export interface VisitedRequest extends IncomingMessage {
  baseUrl?: string
  [VISIT]?: Visit | undefined
}

export function innermostVisit(req: VisitedRequest): Visit | undefined {
  return req[VISIT]
}

/** The visit of `router`, not of one inside it that it has left; undefined when its beginning was not seen. */
export function visitOf(req: VisitedRequest, router: object): Visit | undefined {
  let visit = req[VISIT]
  while (visit !== undefined && visit.router !== router) visit = visit.outer
  return visit
}

/** Begins the visit of the router at the root of an application, which stands nowhere but there. */
export function beginAtRoot(req: VisitedRequest, router: object): void {
  req[VISIT] = { router, base: '', at: '', baseUrl: '', outer: undefined }
}

/**
 * Begins the visit of a router. Where it stands is known from the layer that is at work, or when nobody has routed
 * before. A router inside itself has no template: a client could make it as long as it likes (`/child/1/child/2/...`).
 */
export function beginVisit(req: VisitedRequest, router: object): void {
  const outer = req[VISIT]
  const seen = outer === undefined ? req.baseUrl === undefined : outer.baseUrl === req.baseUrl
  const at = outer === undefined ? '' : outer.at
  const before = visitOf(req, router)
  const base = seen && (before === undefined || before.base === at) ? at : undefined
  req[VISIT] = { router, base, at: base, baseUrl: req.baseUrl, outer }
}

/** Goes on with a visit that was begun before, or, when its beginning was not seen, with one that knows nothing. */
export function resumeVisit(req: VisitedRequest, router: object): Visit {
  const visit = visitOf(req, router) ?? {
    router,
    base: undefined,
    at: undefined,
    baseUrl: undefined,
    outer: req[VISIT],
  }
  req[VISIT] = visit
  return visit
}

export function endVisit(req: VisitedRequest, outer: Visit | undefined): void {
  req[VISIT] = outer
}
