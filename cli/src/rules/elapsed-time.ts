import {
  binaryOf,
  COMPARISONS,
  type Expression,
  nodesOf,
  selectedMetric,
  textOf,
} from '@drillbook/content/rules/promql'
import type { SyntaxNode } from '@lezer/common'

/** Functions and aggregations whose result is as much a time as their argument is. */
const KEEPS_TIME = new Set(
  ['abs', 'ceil', 'floor', 'round', 'clamp', 'clamp_min', 'clamp_max', 'scalar', 'vector', 'sort', 'sort_desc']
    .concat(['timestamp', 'min_over_time', 'max_over_time', 'avg_over_time', 'last_over_time', 'quantile_over_time'])
    .concat(['min', 'max', 'avg', 'sum', 'quantile', 'topk', 'bottomk']),
)

/**
 * The constants, in seconds, that a passing time is compared with or shifted by: 300 in `time() - x > 300` and in
 * `x < time() - 300`; 5 in `(time() - x) / 60 > 5`.
 */
export function ageConstants(expression: Expression, ageNames: ReadonlySet<string>): SyntaxNode[] {
  return nodesOf(expression, 'BinaryExpr').flatMap((node) => {
    const parts = binaryOf(expression, node)
    if (parts === undefined || !['+', '-', ...COMPARISONS].includes(parts.operator)) return []
    if (isTime(expression, parts.left, ageNames)) return constants(expression, parts.right)
    if (isTime(expression, parts.right, ageNames)) return constants(expression, parts.left)
    return []
  })
}

/** How far predict_linear(x[1h], 3600) looks ahead, in seconds. */
export function horizonConstants(expression: Expression): SyntaxNode[] {
  return nodesOf(expression, 'FunctionCall').flatMap((call) => {
    const horizon = call.getChild('FunctionCallBody')?.lastChild
    if (functionName(expression, call) !== 'predict_linear' || !horizon) return []
    return constants(expression, horizon)
  })
}

/** Names of recording rules whose value is a time that passes, also by way of one another. */
export function ageNamesOf(rules: readonly { record: string; expression: Expression }[]): Set<string> {
  const names = new Set<string>()
  for (let known = -1; known < names.size; ) {
    known = names.size
    for (const { record, expression } of rules) {
      const top = expression.tree.topNode.firstChild
      if (top && isTime(expression, top, names)) names.add(record)
    }
  }
  return names
}

function isTime(expression: Expression, node: SyntaxNode, ageNames: ReadonlySet<string>): boolean {
  const below = (child: SyntaxNode): boolean => isTime(expression, child, ageNames)
  switch (node.name) {
    case 'VectorSelector':
      return ageNames.has(selectedMetric(expression, node) ?? '')
    case 'FunctionCall':
    case 'AggregateExpr': {
      const name = functionName(expression, node)
      return name === 'time' || (KEEPS_TIME.has(name) && childrenOf(node.getChild('FunctionCallBody')).some(below))
    }
    case 'BinaryExpr': {
      const parts = binaryOf(expression, node)
      return parts !== undefined && binaryIsTime(expression, node, parts, below)
    }
    case 'ParenExpr':
    case 'MatrixSelector':
    case 'SubqueryExpr':
    case 'OffsetExpr':
    case 'StepInvariantExpr':
      return childrenOf(node).some(below)
    case 'UnaryExpr':
      return node.lastChild !== null && below(node.lastChild)
    default:
      return false
  }
}

function binaryIsTime(
  expression: Expression,
  node: SyntaxNode,
  parts: { left: SyntaxNode; right: SyntaxNode; operator: string },
  below: (child: SyntaxNode) => boolean,
): boolean {
  const { left, right, operator } = parts
  switch (operator) {
    case '+':
    case '-':
    case 'or':
      return below(left) || below(right)
    case '*':
      return (below(left) && isConstant(expression, right)) || (below(right) && isConstant(expression, left))
    case '/':
      return below(left) && isConstant(expression, right)
    case 'and':
    case 'unless':
      return below(left)
    case '%':
      return false
    default:
      // A comparison passes its left side on, unless `bool` makes 0 or 1 of it.
      return node.getChild('BoolModifier') === null && below(left)
  }
}

function isConstant(expression: Expression, node: SyntaxNode): boolean {
  return constants(expression, node).length > 0
}

/** The literals to scale so that a constant expression as a whole is scaled; none when it is not constant. */
function constants(expression: Expression, node: SyntaxNode): SyntaxNode[] {
  if (node.name === 'NumberDurationLiteral') return [node]
  if (node.name === 'ParenExpr') return childrenOf(node).flatMap((child) => constants(expression, child))
  if (node.name === 'UnaryExpr') return node.lastChild ? constants(expression, node.lastChild) : []
  const parts = binaryOf(expression, node)
  if (parts === undefined) return []
  const [left, right] = [constants(expression, parts.left), constants(expression, parts.right)]
  if (left.length === 0 || right.length === 0) return []
  switch (parts.operator) {
    case '+':
    case '-':
      return [...left, ...right]
    case '*':
    case '/':
      return left
    default:
      return []
  }
}

function functionName(expression: Expression, call: SyntaxNode): string {
  const name = call.getChild('FunctionIdentifier') ?? call.getChild('AggregateOp')
  return name ? textOf(expression, name).toLowerCase() : ''
}

function childrenOf(node: SyntaxNode | null | undefined): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) children.push(child)
  return children
}
