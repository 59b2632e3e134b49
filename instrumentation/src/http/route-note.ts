import type { IncomingMessage } from 'node:http'
import { mountTemplate, type RoutePath, routeTemplate } from './route-template.ts'

/** A layer of an Express router: a route, or what `use` mounts. */
export interface Layer {
  /** Absent in versions of the package router before 2.3. */
  rawPath?: RoutePath
  /** In those versions: whether it is mounted at `/`. */
  slash?: boolean
  /** In Express 4: the same. */
  regexp?: { fast_slash: boolean }
  route?: NotedRoute | undefined
  match(path: string): false | { pattern?: string | RegExp }
  [NOTE]?: RouteNote
}

export interface NotedRoute {
  path?: RoutePath
  [NOTE]?: RouteNote
}

/** What the code that made a layer says of it. */
interface RouteNote {
  router: object
  path: RoutePath | undefined
  /** Of several paths the one that matched last. */
  matched?: string | RegExp | undefined
  /** The template that was made last, and what of; most layers have one only. */
  template?: { base: string; path: RoutePath; text: string }
}

const NOTE = Symbol.for('drillbook route note')

/** Notes to which router a layer belongs, and at what path; undefined: it cannot be known. */
export function noteLayer(layer: Layer, router: object, path: RoutePath | undefined): void {
  const note: RouteNote = { router, path }
  layer[NOTE] = note
  if (layer.route) layer.route[NOTE] = note
  if (Array.isArray(path)) noteMatches(layer, note)
}

export function routerOf(noted: Layer | NotedRoute): object | undefined {
  return noted[NOTE]?.router
}

/** The template of a route that has just matched in a router at `base`; undefined when it cannot be known. */
export function templateOfRoute(route: NotedRoute, base: string | undefined): string | undefined {
  const note = route[NOTE]
  return note && templateOf(note, base, note.matched ?? note.path, routeTemplate)
}

/** The template of where a layer stands that is at work on `req`; undefined when it cannot be known. */
export function templateOfMount(layer: Layer, base: string | undefined, req: IncomingMessage): string | undefined {
  const note = layer[NOTE]
  return (
    note && templateOf(note, base, Array.isArray(note.path) ? (matchedOf(req) ?? note.path) : note.path, mountTemplate)
  )
}

function templateOf(
  note: RouteNote,
  base: string | undefined,
  path: RoutePath | undefined,
  make: (base: string, path: RoutePath) => string,
): string | undefined {
  if (base === undefined || path === undefined) return undefined
  if (note.template === undefined || note.template.base !== base || note.template.path !== path)
    note.template = { base, path, text: make(base, path) }
  return note.template.text
}

function noteMatches(layer: Layer, note: RouteNote): void {
  const { match } = layer
  layer.match = function (path) {
    const result = match.call(this, path)
    if (result) note.matched = result.pattern
    return result
  }
}

/** The router's own note of which path matched: other requests, while `router.param` waits, do not change it. */
function matchedOf(req: IncomingMessage): string | RegExp | undefined {
  const own = Object.getOwnPropertySymbols(req).find(({ description }) => description === 'router.tracing.matchedRoute')
  return own && (req as unknown as Record<symbol, string | RegExp | undefined>)[own]
}
