import { OPERATIONS } from '../../src/programs/api/operations.ts'
import { type Operation, operations } from '../support/description.ts'
import type { FuzzRequest } from './request.ts'

export interface Meaning {
  operation: Operation
  /** Absent: health and the description, which have no outcome. */
  name?: string
  /** As the metrics have it. */
  route: string
}

const NAMES = new Map(Object.entries(OPERATIONS).map(([name, { method, path }]) => [`${method} ${path}`, name]))

/** Each template as a pattern; those without parameters first, as the routers have them. */
const TEMPLATES = operations
  .map(({ path, method, operation }) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i')
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1')
    const name = NAMES.get(`${method} ${route}`)
    return { method, pattern, meaning: { operation, route, ...(name === undefined ? {} : { name }) } }
  })
  .toSorted((a, b) => Number(a.meaning.route.includes(':')) - Number(b.meaning.route.includes(':')))

/** What the request asks for by what HTTP and the description say, whatever the application makes of it. Undefined: none of the operations. */
export function meaningOf({ method, target }: FuzzRequest): Meaning | undefined {
  if (/[^!-~]|#/.test(target)) return undefined
  const path = target.replace(/^http:\/\/itself/, '').replace(/\?.*$/, '')
  const [first] = TEMPLATES.filter(({ pattern }) => pattern.test(path)) // a literal path hides the template that it would fit
  const wanted = method === 'HEAD' ? 'GET' : method
  return TEMPLATES.find((known) => known.meaning.route === first?.meaning.route && known.method === wanted)?.meaning
}

/** The template of a path that is there, with any method. */
export function routeOf({ target }: FuzzRequest): string | undefined {
  const path = target.replace(/^http:\/\/itself/, '').replace(/\?.*$/, '')
  return TEMPLATES.find(({ pattern }) => pattern.test(path))?.meaning.route
}
