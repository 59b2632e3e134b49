import { CliError } from '@drillbook/content/errors'
import { awaitExpectation, showProgress } from '../prometheus/await-expectation.ts'
import type { CheckBlock } from '../runbook/runbook.ts'
import { liveLine } from '../terminal/live-line.ts'
import { settle } from './decisions.ts'
import type { Ended, Item, Walk } from './walk.ts'
import { found, inOneLine, questionOf, warnUnchecked } from './walk-check.ts'

/**
 * A check that tells causes apart: yes while it holds, no while it does not, unknown without a figure. It never fails.
 */
export async function walkDecision(walk: Walk, item: Item, block: CheckBlock): Promise<Ended> {
  const { stdio, prometheus, signal } = walk
  const question = questionOf(walk, block)
  const startedAt = new Date().toISOString()
  const expect = block.expect.text
  stdio.err(`  ${stdio.style('cyan', '?')} ${block.name}: ${inOneLine(block.promql)}\n`)
  const line = liveLine(stdio)
  try {
    const look = await awaitExpectation(prometheus, question, {
      signal,
      onWait: (seen) => line.show(`    … ${showProgress(question, seen)}`),
    }).finally(() => line.end())
    walk.blind = false
    const findings = { startedAt, ...found(block, look) }
    if (look.seen.some(({ value }) => Number.isNaN(value))) {
      return settle(walk, item, { reason: 'the result is not a number' }, findings)
    }
    const evidence = `${findings.shown}, yes is ${expect}`
    return settle(walk, item, { answer: look.holds ? 'yes' : 'no', evidence }, findings)
  } catch (error) {
    if (!(error instanceof CliError) || error.code === 'interrupted') throw error
    warnUnchecked(walk, error.message)
    return settle(walk, item, { reason: error.message, evidence: `yes is ${expect}` }, { startedAt, expect })
  }
}
