import { type Layer, noteLayer, routerOf, templateOfMount } from './route-note.ts'
import type { RoutePath } from './route-template.ts'
import { beginVisit, resumeVisit, routingOf, type VisitedRequest } from './router-visit.ts'

type Next = (error?: unknown) => void
type Handle = (this: object, req: VisitedRequest, res: unknown, next: Next | undefined) => unknown
type HandleError = (this: object, error: unknown, req: VisitedRequest, res: unknown, next: Next) => unknown

/** What is read of a router of Express. */
export interface Router {
  stack: WatchedLayer[]
  [SCANNED]?: boolean
}

interface WatchedLayer extends Layer {
  handle: Partial<Router>
  handleRequest: Handle
  handleError: HandleError
  /** Their names in Express 4. */
  handle_request?: Handle
  handle_error?: HandleError
}

/** What is patched of it. Its users load Express; this package does not. */
interface RouterPrototype {
  use(...args: unknown[]): unknown
  route(...args: unknown[]): unknown
  handle: Handle
}

const SCANNED = Symbol.for('drillbook layers noted')
/** Of all copies of this package together: one may be preloaded and another be the application's. */
const WATCHED = Symbol.for('drillbook watched')

/** Notes from now on which layers are at work on a request, in all routers of this one's copy of Express. */
export function watchRouter(router: object): void {
  const prototype = prototypeWith(router, 'handle', 'use', 'route')
  if (prototype === undefined || Object.hasOwn(prototype, WATCHED)) return
  const { use, route, handle } = prototype as RouterPrototype
  Object.assign(prototype, {
    [WATCHED]: true,
    use: notingLayers(use),
    route: notingLayers(route),
    handle(this: Router, req: VisitedRequest, res: unknown, next: Next | undefined) {
      if (this[SCANNED] === undefined) scan(this)
      const routing = routingOf(req)
      const outer = routing.visit
      beginVisit(routing, this, req.baseUrl)
      const leave: Next | undefined =
        next &&
        ((error) => {
          routing.visit = outer
          next(error)
        })
      return handle.call(this, req, res, leave)
    },
  })
}

function notingLayers(add: (...args: unknown[]) => unknown) {
  return function (this: Router, ...args: unknown[]): unknown {
    const before = this.stack.length
    const result = add.apply(this, args)
    const path = typeof [args[0]].flat(Infinity)[0] === 'function' ? '/' : (args[0] as RoutePath)
    for (const layer of this.stack.slice(before)) note(layer, this, layer.rawPath ?? path)
    return result
  }
}

/** Notes the layers that were there before the router was watched. */
export function scan(router: Router): void {
  router[SCANNED] = true
  for (const layer of router.stack) if (routerOf(layer) === undefined) note(layer, router, pathOf(layer))
}

function pathOf({ rawPath, route, slash, regexp }: WatchedLayer): RoutePath | undefined {
  return rawPath ?? route?.path ?? (slash || regexp?.fast_slash ? '/' : undefined)
}

function note(layer: WatchedLayer, router: Router, path: RoutePath | undefined): void {
  noteLayer(layer, router, path)
  watchLayer(layer, router)
  // One of another copy of Express.
  if (Array.isArray(layer.handle.stack)) watchRouter(layer.handle)
}

/** Only this layer, not the prototype: the handlers inside of a route are layers, too, and belong to no router. */
function watchLayer(layer: WatchedLayer, router: Router): void {
  const { route, handleRequest = layer.handle_request, handleError = layer.handle_error } = layer
  if (handleRequest === undefined || handleError === undefined) return
  function arrive(req: VisitedRequest): void {
    const visit = resumeVisit(routingOf(req), router)
    visit.at = route ? visit.base : templateOfMount(layer, visit.base, req)
    visit.baseUrl = req.baseUrl
  }
  const request: Handle = (req, res, next) => {
    arrive(req)
    return handleRequest.call(layer, req, res, next)
  }
  const failed: HandleError = (error, req, res, next) => {
    arrive(req)
    return handleError.call(layer, error, req, res, next)
  }
  if (layer.handle_request === undefined) Object.assign(layer, { handleRequest: request, handleError: failed })
  else Object.assign(layer, { handle_request: request, handle_error: failed })
}

/** The object among the prototypes, or the object itself, that defines all of these. */
function prototypeWith(from: object, ...names: string[]): object | undefined {
  for (let object: object | null = from; object !== null; object = Object.getPrototypeOf(object)) {
    const candidate = object
    if (names.every((name) => Object.hasOwn(candidate, name))) return candidate
  }
  return undefined
}
