import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** Text that is no PromQL. `offset` counts characters from 0. */
export class PromqlError extends Error {
  readonly code = 'invalid_promql'
  readonly offset: number

  constructor(expr: string, offset: number) {
    super(`not PromQL at character ${offset}: ${expr}`)
    this.name = 'PromqlError'
    this.offset = offset
  }
}

/**
 * The expression as a syntax tree, without Grafana variables (see `queries.ts`). The grammar is newer than some
 * Prometheus servers, so `promtool` has the last word on validity. Throws PromqlError.
 */
export function parsePromql(expr: string): SyntaxNode {
  const tree = parser.parse(expr)
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new PromqlError(expr, node.from)
    },
  })
  const root = tree.topNode.firstChild
  if (root === null) throw new PromqlError(expr, 0)
  return root
}

/** Every metric that the expression selects by name, once each, in order of appearance. Throws PromqlError. */
export function metricNames(expr: string): string[] {
  const names = new Set<string>()
  parsePromql(expr)
    .cursor()
    .iterate((node) => {
      if (node.name !== 'VectorSelector') return
      const identifier = node.node.getChild('Identifier')
      if (identifier !== null) names.add(expr.slice(identifier.from, identifier.to))
    })
  return [...names]
}
