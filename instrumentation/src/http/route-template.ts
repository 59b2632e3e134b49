/** A path as Express takes it: a template, a regular expression, or several of them. */
export type RoutePath = string | RegExp | readonly (string | RegExp)[]

/**
 * Where a router that is mounted at `path` below `base` stands; Express itself ignores the slash at the end of a mount.
 */
export function mountTemplate(base: string, path: RoutePath): string {
  return base + (typeof path === 'string' ? path.replace(/\/+$/, '') : String(path))
}

/** The template of a route; the `/` of a mounted router is where the router stands. */
export function routeTemplate(base: string, path: RoutePath): string {
  return path === '/' && base !== '' ? base : base + String(path)
}
