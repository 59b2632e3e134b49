import { type Layer, noteLayer, routerOf, templateOfMount } from './route-note.ts'
import type { RoutePath } from './route-template.ts'
import { beginVisit, endVisit, innermostVisit, resumeVisit, type VisitedRequest } from './router-visit.ts'

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
}

/** What is patched of it. Its users load Express; this package does not. */
interface RouterPrototype {
  use(...args: unknown[]): unknown
  route(...args: unknown[]): unknown
  handle: Handle
}

interface LayerPrototype {
  handleRequest: Handle
  handleError: HandleError
}

const SCANNED = Symbol.for('drillbook layers noted')
/** Of all copies of this package together: one may be preloaded and another be the application's. */
const WATCHED = Symbol.for('drillbook watched')

/** Watches all routers of the copy of Express that this one is of, from now on: which layers are at work on a request. */
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
      const outer = innermostVisit(req)
      beginVisit(req, this)
      const leave: Next | undefined =
        next &&
        ((error) => {
          endVisit(req, outer)
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

function pathOf({ rawPath, route, slash }: WatchedLayer): RoutePath | undefined {
  return rawPath ?? route?.path ?? (slash ? '/' : undefined)
}

function note(layer: WatchedLayer, router: Router, path: RoutePath | undefined): void {
  noteLayer(layer, router, path)
  watchLayers(layer)
  // One of another copy of Express.
  if (Array.isArray(layer.handle.stack)) watchRouter(layer.handle)
}

function watchLayers(layer: WatchedLayer): void {
  const prototype = prototypeWith(layer, 'handleRequest', 'handleError')
  if (prototype === undefined || Object.hasOwn(prototype, WATCHED)) return
  const { handleRequest, handleError } = prototype as LayerPrototype
  Object.assign(prototype, {
    [WATCHED]: true,
    handleRequest(this: WatchedLayer, req: VisitedRequest, res: unknown, next: Next) {
      arrive(this, req)
      return handleRequest.call(this, req, res, next)
    },
    handleError(this: WatchedLayer, error: unknown, req: VisitedRequest, res: unknown, next: Next) {
      arrive(this, req)
      return handleError.call(this, error, req, res, next)
    },
  })
}

/** The handlers inside of a route are layers, too; they belong to no router. */
function arrive(layer: WatchedLayer, req: VisitedRequest): void {
  const router = routerOf(layer)
  if (router === undefined) return
  const visit = resumeVisit(req, router)
  visit.at = layer.route ? visit.base : templateOfMount(layer, visit.base, req)
  visit.baseUrl = req.baseUrl
}

/** The object among the prototypes, or the object itself, that defines all of these. */
function prototypeWith(from: object, ...names: string[]): object | undefined {
  for (let object: object | null = from; object !== null; object = Object.getPrototypeOf(object)) {
    const candidate = object
    if (names.every((name) => Object.hasOwn(candidate, name))) return candidate
  }
  return undefined
}
