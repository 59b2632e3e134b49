import { type NotedRoute, routerOf, templateOfRoute } from './route-note.ts'
import { routingOf, type VisitedRequest, visitOf } from './router-visit.ts'

/** The label of requests that no route matched: one, whatever URL was asked for. */
const UNMATCHED = 'unmatched'

/** The label of requests whose route is known, but not where its router is mounted. */
const UNKNOWN = 'unknown'

interface RoutedRequest extends VisitedRequest {
  route?: NotedRoute | undefined
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
      return routingOf(this).route
    },
    set(this: RoutedRequest, route: NotedRoute | undefined) {
      const routing = routingOf(this)
      const router = route && routerOf(route)
      const visit = router && visitOf(routing, router)
      // Set twice, when a route matches and when it runs; by then another request may have matched another path.
      if (route === routing.route && visit === routing.routeVisit) return
      routing.route = route
      routing.routeVisit = visit
      if (route) routing.template = templateOfRoute(route, visit?.base) ?? UNKNOWN
    },
  })
}

/**
 * The template of the last route that matched, e.g. `/api/v1/concerts/:id`; `unmatched` when none did; `unknown` when
 * not all of its mounts are known. Never a part of the URL that a client chose.
 */
export function routeOf(req: RoutedRequest): string {
  // One of its own was set by an application whose requests are not watched.
  if (Object.hasOwn(req, 'route') && req.route) return UNKNOWN
  return routingOf(req).template ?? UNMATCHED
}
