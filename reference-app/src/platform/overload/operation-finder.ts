import type { Operations } from '../http/operation-router.ts'
import { RANK } from './importance.ts'

/** The operation that a request matches, precomputed for the hot path. */
export interface MatchedOperation {
  operation: string
  /** Of its class. */
  rank: number
  /** The template as Express writes it, for the metrics: `/api/v1/concerts/:concertId`. */
  route: string
  stream: boolean
}

interface Node {
  literals: Map<string, Node>
  parameter?: Node
  methods: Map<string, MatchedOperation>
}

export type FindOperation = (method: string, url: string) => MatchedOperation | undefined

/** Finds the operation from method and URL: one look-up per segment of the path. Undefined: not in the table. */
export function operationFinder(table: Operations<never>): FindOperation {
  const root = node()
  for (const [operation, { method, path, class: name, stream = false }] of Object.entries(table)) {
    place(root, path).methods.set(method, { operation, rank: RANK[name], route: path, stream })
  }
  return (method, url) => {
    const query = url.indexOf('?')
    const path = query === -1 ? url : url.slice(0, query)
    return find(root, path)?.methods.get(method === 'HEAD' ? 'GET' : method)
  }
}

function node(): Node {
  return { literals: new Map(), methods: new Map() }
}

function place(root: Node, path: string): Node {
  let at = root
  for (const segment of path.split('/').filter((text) => text !== '')) {
    let next = segment.startsWith(':') ? at.parameter : at.literals.get(segment)
    if (next === undefined) {
      next = node()
      if (segment.startsWith(':')) at.parameter = next
      else at.literals.set(segment, next)
    }
    at = next
  }
  return at
}

function find(root: Node, path: string): Node | undefined {
  let at: Node | undefined = root
  for (let from = 1; from < path.length && at !== undefined; ) {
    const slash = path.indexOf('/', from)
    const to = slash === -1 ? path.length : slash
    const segment = path.slice(from, to)
    // The router does not mind capitals, so a request cannot hide behind them.
    at = at.literals.get(segment) ?? at.literals.get(segment.toLowerCase()) ?? at.parameter
    from = to + 1
  }
  return at
}
