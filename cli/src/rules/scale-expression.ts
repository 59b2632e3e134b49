import { parseDuration } from '@drillbook/content/duration'
import { type Expression, nodesOf, syntaxErrorAt, textOf } from '@drillbook/content/rules/promql'
import type { SyntaxNode } from '@lezer/common'
import { durationText, scaleDuration } from './duration-text.ts'
import { ageConstants, horizonConstants } from './elapsed-time.ts'

/** A problem in an expression; `offset` counts characters from its start. */
export interface ExpressionProblem {
  offset: number
  message: string
}

export interface ScaleOptions {
  /** How many times faster: 10 makes of [1m] a [6s]. */
  speed: number
  /** Interval between two scrapes before scaling. */
  scrapeIntervalMs: number
  /** Recorded names whose value is a time that passes (time() - x): what they are compared with is scaled, too. */
  ageNames: ReadonlySet<string>
}

/** Below this, one late or lost scrape leaves rate() with too little to go on. */
const SCRAPES_IN_RANGE = 4

/** What depends on how long the window is, and what says the same per second. */
const PER_WINDOW: Record<string, string> = { increase: 'rate', delta: 'deriv' }

/**
 * The same expression for a system in which everything happens `speed` times faster: ranges, subqueries and their
 * steps, offsets and constants that time() is compared with become shorter, everything else stays, to the character.
 * With problems, `text` is of no use.
 */
export function scaleExpression(
  expression: Expression,
  options: ScaleOptions,
): { text: string; problems: ExpressionProblem[] } {
  const broken = syntaxErrorAt(expression)
  if (broken !== undefined) {
    const rest = expression.text.slice(broken).split('\n')[0]?.slice(0, 30)
    const where = rest ? `at "${rest}"` : 'at its end'
    return { text: '', problems: [{ offset: broken, message: `not PromQL ${where}` }] }
  }
  const problems = [...windowProblems(expression, options), ...arithmeticProblems(expression)]
  const edits: { node: SyntaxNode; text: string }[] = []
  for (const node of nodesOf(expression, 'NumberDurationLiteralInDurationContext')) {
    const ms = milliseconds(textOf(expression, node))
    const scaled = ms === undefined ? { problem: 'not a duration' } : scaleDuration(ms, options.speed)
    if ('problem' in scaled) problems.push({ offset: node.from, message: scaled.problem })
    else edits.push({ node, text: options.speed === 1 ? textOf(expression, node) : scaled.text })
  }
  for (const node of [...ageConstants(expression, options.ageNames), ...horizonConstants(expression)]) {
    const seconds = secondsOf(textOf(expression, node))
    if (seconds !== undefined && options.speed !== 1) edits.push({ node, text: String(seconds / options.speed) })
  }
  return { text: applyEdits(expression.text, edits), problems }
}

function windowProblems(expression: Expression, options: ScaleOptions): ExpressionProblem[] {
  const problems: ExpressionProblem[] = []
  for (const node of nodesOf(expression, 'FunctionIdentifier')) {
    const name = textOf(expression, node)
    const better = PER_WINDOW[name]
    if (better === undefined) continue
    const message = `${name}() depends on how long its window is, so it cannot be played faster: use ${better}()`
    problems.push({ offset: node.from, message })
  }
  const shortest = SCRAPES_IN_RANGE * options.scrapeIntervalMs
  for (const node of nodesOf(expression, 'MatrixSelector')) {
    const range = node.getChild('DurationExpr')
    const ms = range ? milliseconds(textOf(expression, range)) : undefined
    if (range && ms !== undefined && ms < shortest) {
      const message = `the range ${durationText(ms)} is shorter than four scrapes (${durationText(shortest)})`
      problems.push({ offset: range.from, message })
    }
  }
  return problems
}

/** [5m * 2] and step() are newer than the oldest Prometheus that we support, and not constants. */
function arithmeticProblems(expression: Expression): ExpressionProblem[] {
  return nodesOf(expression)
    .filter((node) => node.name === 'DurationExpr' || node.name === 'OffsetDurationExpr')
    .filter((node) => node.parent?.name !== node.name && milliseconds(textOf(expression, node)) === undefined)
    .map((node) => ({ offset: node.from, message: `"${textOf(expression, node)}" is not a plain duration` }))
}

/** "5m", "1h30m", "-1h" or a number of seconds. */
function milliseconds(text: string): number | undefined {
  const unsigned = text.replace(/^[+-]\s*/, '')
  return parseDuration(unsigned) ?? (/^\d+(\.\d+)?$/.test(unsigned) ? Number(unsigned) * 1000 : undefined)
}

/** A number, or "5m" where Prometheus 3 takes it for one. Undefined for Inf, NaN and moments in time. */
function secondsOf(text: string): number | undefined {
  const ms = parseDuration(text)
  const seconds = ms === undefined ? Number(text) : ms / 1000
  // From 2001 on, Unix seconds have ten digits: such a constant is a date, not a time that passes.
  return Number.isFinite(seconds) && seconds < 1e9 ? seconds : undefined
}

function applyEdits(text: string, edits: readonly { node: SyntaxNode; text: string }[]): string {
  return edits
    .toSorted((a, b) => b.node.from - a.node.from)
    .reduce((result, { node, text: next }) => result.slice(0, node.from) + next + result.slice(node.to), text)
}
