import { formatDuration } from '@drillbook/content/duration'
import { printable } from '@drillbook/content/text/printable'
import { runAudited } from '../incident/audit.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { ActBlock } from '../runbook/runbook.ts'
import { liveLine } from '../terminal/live-line.ts'
import { answerOf } from './answers.ts'
import { askParams } from './ask-params.ts'
import { finishStep, forRecord } from './finish-step.ts'
import { showTarget } from './show-target.ts'
import type { Ended, Item, Walk } from './walk.ts'

/**
 * Shows what will really run, asks, and does it. Its start is on the disk before anything happens: a walk that is
 * killed in between finds it there (`unfinishedSince`, UTC) and asks whether to run it again.
 */
export async function walkAct(walk: Walk, item: Item, block: ActBlock, unfinishedSince?: string): Promise<Ended> {
  const { stdio, environment, asker } = walk
  const startedAt = new Date().toISOString()
  const reason = walk.unbound.get(block.name)
  if (reason !== undefined) {
    const answer = await asker.byHand({
      name: block.action,
      reason,
      unattended: block.optional ? 'unattended' : 'failed',
    })
    if (answer === 'stop') return undefined
    const { outcome, note } = answer
    return finishStep(walk, item, 'act', outcome, { startedAt, note: note ?? reason })
  }
  stdio.err(`  ${stdio.style('magenta', '!')} ${block.name}: ${block.command}\n`)
  if (block.undo !== undefined) stdio.err(`    taken back by: drillbook act ${block.undo}\n`)
  let again = unfinishedSince
  for (;;) {
    const call = await askParams(walk, block)
    if (call === 'stop') return undefined
    if ('outcome' in call) {
      const { outcome, note } = call
      const record = finishStep(walk, item, 'act', outcome, { startedAt, note })
      if (outcome === 'skipped') return record
      stdio.err(`  ${stdio.style('red', '✗')} ${block.name}: not run, ${printable(note)}\n`)
      const next = await asker.failed(block.action)
      if (next !== 'retry') return next === 'stop' ? undefined : record
      continue
    }
    stdio.err(`    in ${environment.name} this runs:\n${call.runs.map((line) => `      ${line}\n`).join('')}`)
    if (again !== undefined && walk.mode === 'yes') {
      stdio.err(`    it was started at ${again} and its end is unknown: running it again\n`)
    }
    const decision = await asker.act({ block, ...(again === undefined ? {} : { startedAt: again }) })
    if (decision === 'stop') return undefined
    if (decision === 'skip') return finishStep(walk, item, 'act', 'skipped', { startedAt })
    again = undefined
    const record = await run(walk, item, block, call)
    if (record.outcome === 'done') return record
    const next = await asker.failed(block.action)
    if (next !== 'retry') return next === 'stop' ? undefined : record
  }
}

async function run(
  walk: Walk,
  item: Item,
  block: ActBlock,
  { params, runs }: { params: Record<string, string>; runs: string[] },
): Promise<StepRecord> {
  const { incident, environment, stdio, signal, actor } = walk
  const { title, phase } = item.step
  const { action } = block
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
  const { ok, durationMs } = result
  const targets = result.targets.map(forRecord)
  const json = isNeeded(walk, item) ? answerOf(result.targets) : undefined
  walk.answers.set(item.name, json)
  const more = { ...(item.overridden ? { overridden: true as const } : {}) }
  const finished = incident.append({
    type: 'act.finished',
    step: item.name,
    title,
    phase,
    action,
    ok,
    targets,
    durationMs,
    ...more,
    ...(json === undefined ? {} : { json }),
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
    ...more,
  }
}

/** Does a later block take a parameter from the answer? Only then is it kept. */
function isNeeded({ runbook }: Walk, { name }: Item): boolean {
  return runbook.steps
    .flatMap((step) => step.blocks)
    .some((block) => 'references' in block && Object.values(block.references).some((from) => from.block === name))
}
