import type { IncomingMessage } from 'node:http'

/** The label of requests that no route matched: one, whatever URL was asked for. */
const UNMATCHED = 'unmatched'

const TEMPLATE = Symbol('route template')
const ROUTE = Symbol('route')
const MOUNT = Symbol('mount')

/** What this file reads of an Express request. Express is not imported: any router that sets these works. */
interface RoutedRequest extends IncomingMessage {
  route?: Route
  baseUrl?: string
  params?: Readonly<Record<string, string | string[] | undefined>>
  [TEMPLATE]?: string
  [ROUTE]?: Route
  [MOUNT]?: string
}

interface Route {
  path?: unknown
}

/** Application prototypes whose `route` is already watched. */
const watched = new WeakSet<object>()

/**
 * Remembers the route's template at the moment when the router sets `req.route`. Later is too late: when a handler
 * fails, Express leaves the nested router before it asks the error handler, `baseUrl` is empty again and
 * `/api/v1/concerts/:id` would be counted as `/concerts/:id`.
 *
 * Done by an accessor on the application's own request prototype, once, since one on each request would cost more than
 * all the rest.
 */
export function watchRoute(req: IncomingMessage): void {
  const prototype: object | null = Object.getPrototypeOf(req)
  if (prototype === null || watched.has(prototype) || !Object.hasOwn(prototype, 'app')) return
  watched.add(prototype)
  Object.defineProperty(prototype, 'route', {
    configurable: true,
    get(this: RoutedRequest) {
      return this[ROUTE]
    },
    set(this: RoutedRequest, route: Route) {
      // Set twice, when a route matches and when it runs; by then the mount's parameters are gone.
      if (route === this[ROUTE] && this.baseUrl === this[MOUNT]) return
      this[ROUTE] = route
      this[MOUNT] = this.baseUrl
      this[TEMPLATE] = templateOf(this, route)
    },
  })
}

/**
 * The template of the last route that matched, e.g. `/api/v1/concerts/:id`, or `unmatched`. Never a part of the URL
 * that a client chose.
 */
export function routeOf(req: RoutedRequest): string {
  if (req[TEMPLATE] !== undefined) return req[TEMPLATE]
  return req.route === undefined ? UNMATCHED : templateOf(req, req.route)
}

function templateOf(req: RoutedRequest, route: Route): string {
  const mount = req.baseUrl ? mountTemplate(req.baseUrl, req.params) : ''
  const path = String(route.path ?? '')
  return path === '/' && mount !== '' ? mount : `${mount}${path}`
}

/**
 * Where the router is mounted. Express knows only the part of the URL that matched (`/tenants/42`); its parameters,
 * which at this moment are still those of the mount, tell which segments to turn back (`/tenants/:tenant`). In
 * small letters, because the router does not mind capitals: a client could make up label values with them.
 */
function mountTemplate(baseUrl: string, params: RoutedRequest['params'] = {}): string {
  const names = Object.entries(params)
  if (names.length === 0) return baseUrl.toLowerCase()
  return baseUrl
    .split('/')
    .map((segment) => {
      const name = names.find(([, value]) => value === segment || encodeURIComponent(String(value)) === segment)?.[0]
      return name === undefined ? segment.toLowerCase() : `:${name}`
    })
    .join('/')
}
