import { type Expectation, formatValue, holdsFor, parseExpectation } from '@drillbook/content/expectation'
import type { ActionResult } from '../actions/run-action.ts'
import { valueIn } from '../actions/value-in.ts'
import type { Seen } from './condition.ts'
import type { Claim, Reading } from './drill.ts'
import type { ClaimRecord } from './journal.ts'

export function unasked(claim: Claim): ClaimRecord {
  return { title: claim.title, asked: askedOf(claim), state: 'not proven', text: 'not reached', at: null }
}

/** What is asked, for people: the PromQL, or `list-charges order=7 at rows`. */
export function askedOf(claim: Claim): string {
  if ('promql' in claim) return claim.promql
  const params = Object.entries(claim.params).map(([name, value]) => ` ${name}=${value}`)
  return `${claim.read}${params.join('')}${claim.path === '' ? '' : ` at ${claim.path}`}`
}

/** `$elapsed` in PromQL: the time since the injection, in whole seconds, at least one. */
export function withElapsed(promql: string, elapsedMs: number): string {
  return promql.replaceAll('$elapsed', `${Math.max(1, Math.ceil(elapsedMs / 1000))}s`)
}

/** Every answer has to hold; one instance that refuses, or has no such value, is enough to know nothing. */
export function judgeAnswers(claim: Claim & Reading, { targets }: Pick<ActionResult, 'targets'>): Seen {
  const expectation = parseExpectation(claim.expect)
  if (expectation === undefined) return nothing(`not an expectation: ${claim.expect}`)
  if (targets.length === 0) return nothing(`nobody was asked (expected ${claim.expect})`)
  const values: number[] = []
  for (const { target, ok, output, json } of targets) {
    if (!ok) return nothing(`${target} refused: ${output}`)
    const value = numberAt(json, claim.path)
    if (value === undefined) return nothing(`${target} answered no number at ${claim.path || 'its top'}`)
    values.push(value)
  }
  const shown = [...new Set(values.map((value) => formatValue(value, expectation.unit)))].slice(0, 4).join(', ')
  return { holds: allHold(expectation, values), empty: false, text: `${shown} (expected ${claim.expect})` }
}

function allHold(expectation: Expectation, values: readonly number[]): boolean {
  return values.every((value) => holdsFor(expectation, value))
}

function nothing(text: string): Seen {
  return { holds: false, empty: true, text }
}

/** A number as it is, an array as its length, true as 1 and false as 0; undefined for anything else. */
function numberAt(json: unknown, path: string): number | undefined {
  const value = valueIn(json, path === '' ? [] : path.split('.'))
  if (Array.isArray(value)) return value.length
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' ? value : undefined
}
