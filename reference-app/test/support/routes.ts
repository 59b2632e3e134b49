import type { Express } from 'express'

interface Layer {
  route?: { path: string; methods: Record<string, boolean> }
  handle: { stack?: Layer[] }
  /** As it was given to `use`; '/' without one. */
  rawPath: string
}

/** Every route of an application and its routers, as `GET /path/{parameter}`; what answers all other methods with 405 is none. */
export function routesOf(app: Express): string[] {
  return collect((app.router as unknown as { stack: Layer[] }).stack, '')
}

function collect(stack: Layer[], prefix: string): string[] {
  return stack.flatMap((layer) => {
    const { route } = layer
    if (route === undefined) {
      return collect(layer.handle.stack ?? [], prefix + (layer.rawPath === '/' ? '' : layer.rawPath))
    }
    const methods = Object.keys(route.methods).filter((method) => method !== '_all')
    return methods.map((method) => `${method.toUpperCase()} ${prefix}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)
  })
}
