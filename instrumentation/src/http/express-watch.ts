import { IncomingMessage } from 'node:http'
import { watchRoutes } from './route.ts'
import { beginAtRoot, routingOf, type VisitedRequest } from './router-visit.ts'
import { type Router, scan, watchRouter } from './router-watch.ts'

interface ExpressRequest extends VisitedRequest {
  app?: ExpressApp
}

interface ExpressApp {
  /** In Express 4, where `router` throws. */
  _router?: Router
  router: Router
  /** The application that it is mounted in. */
  parent?: unknown
}

/** What the module `express` exports. */
export interface Express {
  Router: { prototype: object }
  request: object
}

/** Watches all that is made with this copy of Express: best before any request. */
export function watchExpress({ Router, request }: Express): void {
  watchRouter(Router.prototype)
  watchRouter(Router) // the prototype itself in Express 4
  watchRoutes(request)
}

/**
 * Watches the copy of Express that is at work on the request, if it is not watched yet. The request itself can be
 * followed from here on, unless it has come into a router that is mounted.
 */
export function watchRequest(req: ExpressRequest): void {
  if (req.app === undefined) return
  const routing = routingOf(req)
  if (routing.visit !== undefined) return
  const { parent } = req.app
  const router = req.app._router ?? req.app.router
  const prototype = requestPrototype(req)
  if (prototype !== undefined) watchRoutes(prototype)
  watchRouter(router)
  scan(router)
  if (parent === undefined && req.baseUrl === '') beginAtRoot(routing, router)
}

/** What all requests of a copy of Express have: its own methods, right above Node's. */
function requestPrototype(req: object): object | undefined {
  let prototype: object | null = Object.getPrototypeOf(req)
  while (prototype !== null && Object.getPrototypeOf(prototype) !== IncomingMessage.prototype)
    prototype = Object.getPrototypeOf(prototype)
  return prototype ?? undefined
}
