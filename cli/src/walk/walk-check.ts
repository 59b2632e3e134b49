import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { holds } from '@drillbook/content/expectation'
import { printable } from '@drillbook/content/text/printable'
import { scaledMs } from '../environment/environment.ts'
import {
  awaitExpectation,
  decisiveValue,
  pollMs,
  type Question,
  showProgress,
  showValues,
} from '../prometheus/await-expectation.ts'
import type { Sample } from '../prometheus/client.ts'
import type { Waited } from '../prometheus/wait-until.ts'
import type { CheckBlock } from '../runbook/runbook.ts'
import { liveLine } from '../terminal/live-line.ts'
import { type Findings, finishStep } from './finish-step.ts'
import type { Ended, Item, Walk } from './walk.ts'

/** Asks Prometheus until the expectation holds or its time is over, showing the value against the threshold. */
export async function walkCheck(walk: Walk, item: Item, block: CheckBlock): Promise<Ended> {
  const { stdio, prometheus, signal } = walk
  const question = questionOf(walk, block)
  stdio.err(`  ${stdio.style('cyan', '?')} ${block.name}: ${inOneLine(block.promql)}\n    ${wanted(question)}\n`)
  for (;;) {
    const startedAt = new Date().toISOString()
    const line = liveLine(stdio)
    let look: Waited<Sample[]>
    try {
      look = await awaitExpectation(prometheus, question, {
        signal,
        onWait: (seen) => line.show(`    … ${showProgress(question, seen)}`),
      })
      walk.blind = false
    } catch (error) {
      line.end()
      if (!(error instanceof CliError)) throw error
      return byHand(walk, item, block, error.message, startedAt)
    }
    line.end()
    const record = finishStep(walk, item, 'check', look.holds ? 'done' : 'failed', { startedAt, ...found(block, look) })
    const time = look.waitedMs < 1000 ? '' : ` after ${formatDuration(look.waitedMs)}`
    const mark = look.holds ? stdio.style('green', '✓') : stdio.style('red', '✗')
    stdio.err(`  ${mark} ${block.name}: ${showValues(block.expect, look.seen)} (wanted ${block.expect.text})${time}\n`)
    if (look.holds) return record
    const next = await walk.asker.failed(block.name)
    if (next !== 'retry') return next === 'stop' ? undefined : record
  }
}

/** A sign is looked at once, and being absent is no failure. */
export async function walkSign(walk: Walk, item: Item, block: CheckBlock): Promise<Ended> {
  const { stdio, prometheus, signal } = walk
  const startedAt = new Date().toISOString()
  const expect = block.expect.text
  try {
    const look = await awaitExpectation(prometheus, { ...questionOf(walk, block), withinMs: 0, forMs: 0 }, { signal })
    const present = holds(block.expect, look.seen)
    const mark = present ? stdio.style('red', '● present') : stdio.style('green', '○ absent ')
    stdio.err(`  ${mark}  ${block.name}: ${showValues(block.expect, look.seen)} (a sign is ${expect})\n`)
    return finishStep(walk, item, 'check', 'done', {
      startedAt,
      ...found(block, look),
      note: present ? 'present' : 'absent',
    })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    warnUnchecked(walk, error.message)
    stdio.err(`  ${stdio.style('yellow', '? unknown')}  ${block.name} (a sign is ${expect})\n`)
    return finishStep(walk, item, 'check', 'unknown', { startedAt, expect, note: error.message })
  }
}

/** Prometheus may be down, too: then a person looks, and the walk goes on. */
async function byHand(walk: Walk, item: Item, block: CheckBlock, reason: string, startedAt: string): Promise<Ended> {
  warnUnchecked(walk, reason)
  const answer = await walk.asker.byHand({
    name: `${block.name} (wanted: ${block.expect.text})`,
    reason,
    unattended: 'unknown',
  })
  if (answer === 'stop') return undefined
  const { outcome, note } = answer
  return finishStep(walk, item, 'check', outcome, {
    startedAt,
    expect: block.expect.text,
    ...(note === undefined ? {} : { note }),
  })
}

export function warnUnchecked(walk: Walk, reason: string): void {
  if (!walk.blind)
    walk.stdio.err(
      `  ${walk.stdio.style('yellow', '!')} ${printable(reason)}\n    Checks become questions; actions still work.\n`,
    )
  walk.blind = true
}

export function questionOf(walk: Walk, block: CheckBlock): Question {
  const { environment } = walk
  return {
    promql: block.promql,
    expect: block.expect,
    withinMs: scaledMs(environment, block.withinMs ?? 0),
    forMs: scaledMs(environment, block.forMs ?? 0),
    emptyHolds: block.emptyHolds,
    intervalMs: pollMs(environment),
    tries: walk.blind ? 1 : 3,
  }
}

export function found(block: CheckBlock, look: Waited<Sample[]>): Omit<Findings, 'startedAt'> {
  const value = decisiveValue(block.expect, look.seen)
  return {
    // JSON has no NaN and no infinity.
    value: value === undefined || !Number.isFinite(value) ? null : value,
    shown: showValues(block.expect, look.seen),
    expect: block.expect.text,
  }
}

function wanted({ expect, withinMs, forMs }: Question): string {
  const within = withinMs === 0 ? '' : ` within ${formatDuration(withinMs)}`
  return `wanted ${expect.text}${within}${forMs === 0 ? '' : `, for ${formatDuration(forMs)}`}`
}

export function inOneLine(promql: string): string {
  return promql.replace(/\s+/g, ' ')
}
