import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** A PromQL expression and its syntax tree. Node names are those of @prometheus-io/lezer-promql. */
export interface Expression {
  text: string
  tree: Tree
}

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

/** `value` is what a series is compared with, in base units; `metrics` are the names on the other side. */
export interface Threshold {
  metrics: string[]
  operator: ComparisonOperator
  value: number
}

export const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'] as const
export type ComparisonOperator = (typeof COMPARISONS)[number]

/** Whether Prometheus takes the expression is for promtool to say: this grammar may be newer than the server's. */
export function parsePromql(text: string): Expression {
  return { text, tree: parser.parse(text) }
}

/** The topmost node of an expression in which nothing may be wrong. Throws PromqlError. */
export function topOf(text: string): SyntaxNode {
  const expression = parsePromql(text)
  const wrongAt = syntaxErrorAt(expression)
  const top = expression.tree.topNode.firstChild
  if (wrongAt !== undefined || top === null) throw new PromqlError(text, wrongAt ?? 0)
  return top
}

export function textOf(expression: Expression, node: { from: number; to: number }): string {
  return expression.text.slice(node.from, node.to)
}

/** Offset of the first thing that is not PromQL; undefined when all of it is. */
export function syntaxErrorAt(expression: Expression): number | undefined {
  for (const node of nodesOf(expression)) {
    if (node.type.isError) return node.from
  }
  return undefined
}

/** Every node, parents before children, in the order of the text. */
export function nodesOf(expression: Expression, name?: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  expression.tree.iterate({
    enter: (ref) => {
      if (name === undefined || ref.name === name) nodes.push(ref.node)
    },
  })
  return nodes
}

/** A binary expression taken apart; undefined for any other node. */
export function binaryOf(
  expression: Expression,
  node: SyntaxNode,
): { left: SyntaxNode; right: SyntaxNode; operator: string } | undefined {
  const [left, right] = [node.firstChild, node.lastChild]
  const operator = left?.nextSibling
  if (node.name !== 'BinaryExpr' || !left || !right || !operator) return undefined
  return { left, right, operator: textOf(expression, operator).toLowerCase() }
}

/** The metric that a VectorSelector selects; undefined when it selects by labels only or by a name pattern. */
export function selectedMetric(expression: Expression, selector: SyntaxNode): string | undefined {
  const identifier = selector.getChild('Identifier')
  if (identifier) return textOf(expression, identifier)
  const matchers = selector.getChild('LabelMatchers')
  const quoted = matchers?.getChild('QuotedLabelName')?.getChild('StringLiteral')
  if (quoted) return unquote(textOf(expression, quoted))
  for (const matcher of matchers?.getChildren('UnquotedLabelMatcher') ?? []) {
    const [label, operator, value] = [matcher.getChild('LabelName'), matcher.getChild('MatchOp'), matcher.lastChild]
    if (!label || !operator || !value) continue
    if (textOf(expression, label) === '__name__' && textOf(expression, operator) === '=') {
      return unquote(textOf(expression, value))
    }
  }
  return undefined
}

/** The names of all metrics that an expression selects, each once, in the order of the text. */
export function metricNames(promql: string): string[] {
  const expression = parsePromql(promql)
  return namesBelow(expression, expression.tree.topNode)
}

/** Every comparison of series with a constant, in the order of the text: `a >= 5` and `5 <= a` are the same. */
export function thresholdsOf(promql: string): Threshold[] {
  const expression = parsePromql(promql)
  return nodesOf(expression, 'BinaryExpr').flatMap((node) => {
    const parts = binaryOf(expression, node)
    const operator = COMPARISONS.find((known) => known === parts?.operator)
    if (parts === undefined || operator === undefined) return []
    const [left, right] = [constantOf(expression, parts.left), constantOf(expression, parts.right)]
    if (right !== undefined && left === undefined) {
      return [{ metrics: namesBelow(expression, parts.left), operator, value: right }]
    }
    if (left !== undefined && right === undefined) {
      return [{ metrics: namesBelow(expression, parts.right), operator: MIRRORED[operator], value: left }]
    }
    return []
  })
}

const MIRRORED: Record<ComparisonOperator, ComparisonOperator> = {
  '==': '==',
  '!=': '!=',
  '<=': '>=',
  '>=': '<=',
  '<': '>',
  '>': '<',
}

/** A plain number, with a sign and in parentheses if need be; undefined for anything that has to be worked out. */
function constantOf(expression: Expression, node: SyntaxNode): number | undefined {
  if (node.name === 'NumberDurationLiteral') {
    const value = Number(textOf(expression, node))
    return Number.isNaN(value) ? undefined : value
  }
  const inner = node.lastChild && node.name === 'UnaryExpr' ? node.lastChild : node.firstChild
  if (!inner || (node.name !== 'ParenExpr' && node.name !== 'UnaryExpr')) return undefined
  const value = constantOf(expression, inner)
  if (value === undefined) return undefined
  return node.name === 'UnaryExpr' && textOf(expression, node).startsWith('-') ? -value : value
}

function namesBelow(expression: Expression, node: SyntaxNode): string[] {
  const names = nodesOf(expression, 'VectorSelector')
    .filter((selector) => selector.from >= node.from && selector.to <= node.to)
    .flatMap((selector) => selectedMetric(expression, selector) ?? [])
  return [...new Set(names)]
}

/** PromQL strings: double and single quotes with escapes as in JSON, backticks without. */
function unquote(literal: string): string {
  const inner = literal.slice(1, -1)
  return literal.startsWith('`') ? inner : inner.replace(/\\(.)/g, '$1')
}
