import { describeAction } from '../actions/run-action.ts'
import { formatDuration } from '../duration.ts'
import { runAudited } from '../incident/audit.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { ActBlock } from '../runbook/runbook.ts'
import { finishStep } from './finish-step.ts'
import { liveLine } from './live-line.ts'
import { showTarget } from './show-target.ts'
import type { Ended, Item, Walk } from './walk.ts'

/**
 * Shows what will really run, asks, and does it. Its start is on the disk before anything happens: a walk that is killed
 * in between finds it there (`unfinishedSince`, UTC) and asks whether to run it again.
 */
export async function walkAct(walk: Walk, item: Item, block: ActBlock, unfinishedSince?: string): Promise<Ended> {
  const { stdio, environment, asker } = walk
  const startedAt = new Date().toISOString()
  const reason = walk.unbound.get(block.name)
  if (reason !== undefined) {
    const answer = await asker.byHand({ name: block.action, reason, unattended: 'failed' })
    if (answer === 'stop') return undefined
    const { outcome, note } = answer
    return finishStep(walk, item, 'act', outcome, { startedAt, note: note ?? reason })
  }
  const runs = describeAction(environment, block.action, block.params)
  stdio.err(`  ${stdio.style('magenta', '!')} ${block.name}: ${block.command}\n`)
  if (block.undo !== undefined) stdio.err(`    taken back by: drillbook act ${block.undo}\n`)
  stdio.err(`    in ${environment.name} this runs:\n${runs.map((line) => `      ${line}\n`).join('')}`)
  let again = unfinishedSince
  for (;;) {
    if (again !== undefined && walk.mode === 'yes') {
      stdio.err(`    it was started at ${again} and its end is unknown: running it again\n`)
    }
    const decision = await asker.act({ block, ...(again === undefined ? {} : { startedAt: again }) })
    if (decision === 'stop') return undefined
    if (decision === 'skip') return finishStep(walk, item, 'act', 'skipped', { startedAt })
    again = undefined
    const record = await run(walk, item, block, runs)
    if (record.outcome === 'done') return record
    const next = await asker.failed(block.action)
    if (next !== 'retry') return next === 'stop' ? undefined : record
  }
}

async function run(walk: Walk, item: Item, block: ActBlock, runs: string[]): Promise<StepRecord> {
  const { incident, environment, stdio, signal, actor } = walk
  const { title, phase } = item.step
  const { action, params } = block
  const started = incident.append({ type: 'act.started', step: item.name, title, phase, action, params, runs })
  const line = liveLine(stdio)
  const result = await runAudited(incident.root, environment, action, params, {
    actor,
    incident: incident.id,
    signal,
    onProgress: ({ done, total }) => line.show(`    … ${done} of ${total}`),
  })
  line.end()
  // Cut off in the middle: how it ended at the target is not known, and the record says so by saying nothing.
  signal.throwIfAborted()
  const { ok, targets, durationMs } = result
  const finished = incident.append({
    type: 'act.finished',
    step: item.name,
    title,
    phase,
    action,
    ok,
    targets,
    durationMs,
  })
  const mark = ok ? stdio.style('green', '✓') : stdio.style('red', '✗')
  stdio.err(`  ${mark} ${block.name}: ${ok ? 'done' : 'FAILED'} in ${formatDuration(durationMs)}\n`)
  for (const target of targets) showTarget(stdio, target)
  return {
    name: item.name,
    title,
    phase,
    kind: 'act',
    outcome: ok ? 'done' : 'failed',
    startedAt: started.at,
    finishedAt: finished.at,
    targets,
  }
}
