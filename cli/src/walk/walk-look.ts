import { printable } from '@drillbook/content/text/printable'
import { runAction, type TargetResult } from '../actions/run-action.ts'
import type { LookBlock } from '../runbook/runbook.ts'
import { answerOf } from './answers.ts'
import { askParams } from './ask-params.ts'
import { type Measured, settle } from './decisions.ts'
import { type Findings, finishStep } from './finish-step.ts'
import { showAnswer } from './show-answer.ts'
import type { Ended, Item, Walk } from './walk.ts'

/**
 * Asks by an action that only reads, without a question; its answer is shown, recorded, and kept for later parameters.
 */
export async function walkLook(walk: Walk, item: Item, block: LookBlock): Promise<Ended> {
  const { stdio, asker } = walk
  stdio.err(`  ${stdio.style('cyan', '?')} ${block.name}: ${block.command}\n`)
  for (;;) {
    const startedAt = new Date().toISOString()
    const reason = walk.unbound.get(block.name)
    if (reason !== undefined) return byHand(walk, item, block, reason, startedAt)
    const call = await askParams(walk, block)
    if (call === 'stop') return undefined
    const { measured, findings } =
      'outcome' in call ? { measured: { reason: call.note }, findings: {} } : await look(walk, item, block, call)
    if (block.decides) return settle(walk, item, measured, { startedAt, ...findings })
    const { reason: note } = measured
    if (note === undefined) return finishStep(walk, item, 'command', 'done', { startedAt, ...findings })
    const skipped = 'outcome' in call && call.outcome === 'skipped'
    const record = finishStep(walk, item, 'command', skipped ? 'skipped' : 'failed', { startedAt, ...findings, note })
    stdio.err(`  ${stdio.style('red', '✗')} ${block.name}: ${printable(note)}\n`)
    if (skipped) return record
    const next = await asker.failed(block.name)
    if (next !== 'retry') return next === 'stop' ? undefined : record
  }
}

async function look(
  walk: Walk,
  { name }: Item,
  { action }: LookBlock,
  { params, runs }: { params: Record<string, string>; runs: string[] },
): Promise<{ measured: Measured; findings: Pick<Findings, 'targets' | 'json'> }> {
  const { environment, stdio, actor, signal, answers } = walk
  stdio.err(runs.map((line) => `      ${line}\n`).join(''))
  const { targets } = await runAction(environment, action, params, { actor, signal })
  signal.throwIfAborted()
  showAnswer(stdio, targets)
  const json = answerOf(targets)
  answers.set(name, json)
  return { measured: measuredBy(targets), findings: { targets, ...(json === undefined ? {} : { json }) } }
}

/**
 * All agree: yes. A program says no by its exit status 1, as a check's command does. A call that is refused says
 * nothing.
 */
function measuredBy(targets: readonly TargetResult[]): Measured {
  const refused = targets.filter(({ ok }) => !ok)
  if (refused.length === 0) return { answer: 'yes' }
  const reason = refused.map(({ target, output }) => `${target}: ${output || 'refused'}`).join('; ')
  const no = refused.every(({ target, status }) => status === 1 && !/^https?:/.test(target))
  return no ? { answer: 'no', reason } : { reason }
}

async function byHand(walk: Walk, item: Item, block: LookBlock, reason: string, startedAt: string): Promise<Ended> {
  if (block.decides) return settle(walk, item, { reason }, { startedAt })
  const answer = await walk.asker.byHand({ name: block.name, reason, unattended: 'failed' })
  if (answer === 'stop') return undefined
  const { outcome, note } = answer
  return finishStep(walk, item, 'command', outcome, { startedAt, note: note ?? reason })
}
