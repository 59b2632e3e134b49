import { type ComparisonOperator, topOf } from '@drillbook/content/rules/promql'
import type { SyntaxNode } from '@lezer/common'

/** `metric operator value`, or `metric operator value * times`. */
export interface Comparison {
  /** The left side as written. */
  left: string
  operator: ComparisonOperator
  /** The number compared with; a factor when `times` is there. */
  value: number
  /** The vector that the number multiplies: `db:transactions:normal` in `x >= 3 * db:transactions:normal`. */
  times?: string
}

const OPERATORS: Record<string, ComparisonOperator> = {
  Gtr: '>',
  Gte: '>=',
  Lss: '<',
  Lte: '<=',
  Eql: '==',
  Eqlc: '==',
  Neq: '!=',
}

/**
 * The comparison that decides whether an alert fires: the one at the top of the expression, or the left one of a
 * top-level `and` / `unless` (what stands right of those is a condition such as a traffic floor). Undefined when the
 * expression has another shape. Throws PromqlError.
 */
export function comparisonAtTop(expr: string): Comparison | undefined {
  let node = withoutParentheses(topOf(expr))
  while (node.name === 'BinaryExpr' && (node.getChild('And') ?? node.getChild('Unless')) !== null) {
    const left = node.firstChild
    if (left === null) return undefined
    node = withoutParentheses(left)
  }
  if (node.name !== 'BinaryExpr') return undefined
  const left = node.firstChild
  const right = node.lastChild
  const operator = OPERATORS[left?.nextSibling?.name ?? '']
  if (left === null || right === null || operator === undefined) return undefined
  const bound = boundOf(expr, withoutParentheses(right))
  return bound && { left: expr.slice(left.from, left.to), operator, ...bound }
}

/**
 * What has to hold besides the comparison of `comparisonAtTop`, as written: `and on (service) b >= 10`. Throws
 * PromqlError.
 */
export function conditionsAtTop(expr: string): string[] {
  const conditions: string[] = []
  let node = withoutParentheses(topOf(expr))
  while (node.name === 'BinaryExpr' && (node.getChild('And') ?? node.getChild('Unless')) !== null) {
    const left = node.firstChild
    if (left === null) break
    conditions.unshift(expr.slice(left.to, node.to).trim().replaceAll(/\s+/g, ' '))
    node = withoutParentheses(left)
  }
  return conditions
}

function boundOf(expr: string, node: SyntaxNode): { value: number; times?: string } | undefined {
  const value = numberOf(expr, node)
  if (value !== undefined) return { value }
  if (node.name !== 'BinaryExpr' || node.getChild('Mul') === null) return undefined
  const { firstChild, lastChild } = node
  if (firstChild === null || lastChild === null) return undefined
  for (const [factor, vector] of [
    [firstChild, lastChild],
    [lastChild, firstChild],
  ] as const) {
    const number = numberOf(expr, factor)
    if (number !== undefined) return { value: number, times: expr.slice(vector.from, vector.to) }
  }
  return undefined
}

function numberOf(expr: string, node: SyntaxNode): number | undefined {
  if (node.name !== 'NumberDurationLiteral' && node.name !== 'UnaryExpr') return undefined
  const number = Number(expr.slice(node.from, node.to).replaceAll(/\s/g, ''))
  return Number.isNaN(number) ? undefined : number
}

function withoutParentheses(node: SyntaxNode): SyntaxNode {
  const inner = node.name === 'ParenExpr' ? node.firstChild : null
  return inner === null ? node : withoutParentheses(inner)
}
