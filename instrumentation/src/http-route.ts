import { type NotedRoute, routerOf, templateOfRoute } from './route-note.ts'
import { type Visit, type VisitedRequest, visitOf } from './router-visit.ts'

/** The label of requests that no route matched: one, whatever URL was asked for. */
const UNMATCHED = 'unmatched'

/** The label of requests whose route is known, but not where its router is mounted. */
const UNKNOWN = 'unknown'

const TEMPLATE = Symbol.for('drillbook route template')
const ROUTE = Symbol.for('drillbook route')
const VISIT = Symbol.for('drillbook visit in which the route matched')

interface RoutedRequest extends VisitedRequest {
  route?: NotedRoute | undefined
  [TEMPLATE]?: string
  [ROUTE]?: NotedRoute | undefined
  [VISIT]?: Visit | undefined
}

/**
 * Remembers the template of each route at the moment when the router sets `req.route`, for all requests with this
 * prototype. Later is too late: `router.param` may fail before a handler runs. On the prototype, since an accessor on
 * each request would cost more than all the rest.
 */
export function watchRoutes(prototype: object): void {
  if (Object.hasOwn(prototype, 'route')) return
  Object.defineProperty(prototype, 'route', {
    configurable: true,
    get(this: RoutedRequest) {
      return this[ROUTE]
    },
    set(this: RoutedRequest, route: NotedRoute | undefined) {
      const router = route && routerOf(route)
      const visit = router && visitOf(this, router)
      // Set twice, when a route matches and when it runs; by then another request may have matched another path.
      if (route === this[ROUTE] && visit === this[VISIT]) return
      this[ROUTE] = route
      this[VISIT] = visit
      if (route) this[TEMPLATE] = templateOfRoute(route, visit?.base) ?? UNKNOWN
    },
  })
}

/**
 * The template of the last route that matched, e.g. `/api/v1/concerts/:id`; `unmatched` when none did; `unknown` when it
 * is in a router that is not watched. Never a part of the URL that a client chose.
 */
export function routeOf(req: RoutedRequest): string {
  // One of its own was set by an application whose requests are not watched.
  if (Object.hasOwn(req, 'route') && req.route) return UNKNOWN
  return req[TEMPLATE] ?? UNMATCHED
}
