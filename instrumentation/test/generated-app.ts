import { httpMetrics, type MetricsRegistry } from '@drillbook/instrumentation'
import express, { type IRouter, type NextFunction, type Request, type Response } from 'express'
import { match } from 'path-to-regexp'

/** A path of a generated layer: a template, or a regular expression with a path that it matches. */
export type PathSpec = { template: string } | { source: string; sample: string }

export interface RouteSpec {
  kind: 'route'
  /** More than one: an array of paths. */
  paths: PathSpec[]
  method: 'get' | 'post' | 'all'
  outcome: 'answer' | 'pass' | 'fail'
}

export interface MountSpec {
  /** `call`: a function that calls the router by itself. */
  kind: 'router' | 'app' | 'call'
  paths: PathSpec[]
  mergeParams: boolean
  /** Whether `router.param` takes its time, so that other requests come in between. */
  slowParams: boolean
  children: LayerSpec[]
}

export type LayerSpec = RouteSpec | MountSpec

/** What a handler says of itself: the template of its route, known without the code under test. */
export const TRUTH = 'x-truth'

interface Chosen {
  [path: number]: PathSpec | undefined
}

type Probed = Request & { chosen?: Chosen }

/** The application of these layers. Each handler answers with its template in the header `x-truth`. */
export function generatedApp(layers: LayerSpec[], registry: MetricsRegistry): express.Express {
  const app = express()
  app.set('env', 'test')
  app.use(httpMetrics(registry).middleware)
  addLayers(app, layers, { names: [], nextId: 0 })
  app.use((_req: Request, res: Response) => void res.status(404).end())
  app.use((_error: unknown, _req: Request, res: Response, _next: unknown) => void res.status(500).end())
  return app
}

interface Place {
  /** The parts of the template so far: each one path, or the number of an array of which the request chooses. */
  names: (PathSpec | number)[]
  nextId: number
}

function addLayers(router: IRouter, layers: LayerSpec[], place: Place): void {
  for (const layer of layers) {
    const name = nameOf(router, layer, place)
    const inside = { names: [...place.names, name], nextId: place.nextId }
    const paths = layer.paths.map(expressPath)
    const path = paths.length === 1 && paths[0] !== undefined ? paths[0] : paths
    if (layer.kind === 'route') {
      router[layer.method](path as string, (req: Probed, res: Response, next: NextFunction) => {
        res.setHeader(TRUTH, truth(inside.names, req))
        if (layer.outcome === 'fail') throw new Error('as generated')
        if (layer.outcome === 'pass') next()
        else res.end()
      })
      continue
    }
    const inner: IRouter = layer.kind === 'app' ? express() : express.Router({ mergeParams: layer.mergeParams })
    if (layer.slowParams) inner.param('id', (_req, _res, next) => void setImmediate(next))
    addLayers(inner, layer.children, inside)
    if (layer.kind === 'call')
      router.use(path as string, (req: Request, res: Response, next: NextFunction) => inner(req, res, next))
    else router.use(path as string, inner)
    place.nextId = inside.nextId
  }
}

/** Of several paths a layer in front finds out which will match: it sees the same URL, and path-to-regexp decides. */
function nameOf(router: IRouter, { kind, paths }: LayerSpec, place: Place): PathSpec | number {
  const [only] = paths
  if (only !== undefined && paths.length === 1) return only
  const id = place.nextId++
  router.use((req: Probed, _res: Response, next: NextFunction) => {
    req.chosen ??= {}
    req.chosen[id] = paths.find((path) => matches(path, req.url, kind === 'route'))
    next()
  })
  return id
}

function matches(path: PathSpec, url: string, end: boolean): boolean {
  if ('source' in path) return new RegExp(path.source).test(url)
  try {
    return Boolean(match(path.template, { end })(url))
  } catch {
    return false // a malformed escape in a parameter matches nothing
  }
}

function expressPath(path: PathSpec): string | RegExp {
  return 'source' in path ? new RegExp(path.source) : path.template
}

function truth(names: Place['names'], req: Probed): string {
  const paths = names.map((name) => (typeof name === 'number' ? req.chosen?.[name] : name))
  if (paths.includes(undefined)) throw new Error('the generated application does not know which path matched')
  return joined(paths as PathSpec[])
}

/** The label of a route below its mounts, as the README promises it. */
export function joined(paths: PathSpec[]): string {
  const texts = paths.map((path) => ('source' in path ? `/${path.source}/` : path.template))
  const text = texts.map((part) => (part === '/' ? '' : part)).join('')
  return text === '' ? '/' : text
}
