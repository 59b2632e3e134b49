import { CliError } from '../errors.ts'
import type { IncidentState } from '../incident/fold.ts'
import { lockWalk } from '../incident/walk-lock.ts'
import { cannotRun, validateAgainst } from '../runbook/validate-against.ts'
import { unattended } from './asker.ts'
import { showPhase, showStep } from './show-step.ts'
import { terminalAsker } from './terminal-asker.ts'
import { type Ended, type Item, itemsOf, type Walk, type WalkOptions, type WalkSummary } from './walk.ts'
import { walkAct } from './walk-act.ts'
import { walkCheck, walkSign } from './walk-check.ts'
import { walkCommand } from './walk-command.ts'
import { walkManual } from './walk-manual.ts'

export type { WalkOptions, WalkSummary } from './walk.ts'

/**
 * Walks a runbook step by step. Goes on where the incident's last walk was, if that one did not reach the end: an act
 * whose end is unknown comes first. A failed step does not end it. Throws `interrupted` when `signal` aborts (recorded,
 * resumable) and `refused` when another process walks this incident, or without a person in production.
 */
export async function walkRunbook(options: WalkOptions): Promise<WalkSummary> {
  const { stdio, environment, runbook, incident, mode, actor, signal } = options
  if (mode === 'yes' && environment.production) {
    throw new CliError('refused', `${environment.name} is production: its acts are not run unasked`, {
      hint: 'Walk without --yes: every act asks for the name of the environment.',
    })
  }
  const walk: Walk = {
    ...options,
    asker: options.asker ?? (mode === 'yes' ? unattended : terminalAsker({ ...stdio, signal }, environment)),
    unbound: unboundActs(options),
    blind: false,
  }
  const unlock = lockWalk(incident)
  try {
    const before = incident.state()
    const resumes = before.walk !== undefined && before.walk.ended !== 'finished'
    incident.append({ type: 'walk.started', mode, actor, runbook: runbook.file, resumes })
    const reached = await walkItems(walk, resumes ? before : undefined, new Date(before.openedAt))
    incident.append({ type: 'walk.ended', reason: reached ? 'finished' : 'stopped' })
    return { ended: reached ? 'finished' : 'stopped', steps: incident.state().steps }
  } catch (error) {
    if (!signal.aborted && !(error instanceof CliError && error.code === 'interrupted')) throw error
    incident.append({ type: 'walk.ended', reason: 'interrupted' })
    throw new CliError('interrupted', `the walk of ${incident.id} was interrupted; nothing is lost`, {
      cause: error,
      hint: `Go on where it was: drillbook respond ${incident.id}`,
    })
  } finally {
    unlock()
  }
}

/** True when the last step was reached. */
async function walkItems(walk: Walk, before: IncidentState | undefined, openedAt: Date): Promise<boolean> {
  const { stdio, runbook, signal } = walk
  const done = finishedBefore(before)
  if (before !== undefined) sayResumed(walk, before, done.size)
  let shown: Item['step'] | undefined
  for (const item of itemsOf(runbook)) {
    if (done.has(item.name)) continue
    signal.throwIfAborted()
    if (shown?.phase !== item.step.phase) showPhase(stdio, item.step.phase, runbook.frontMatter.limitsMs, openedAt)
    if (shown !== item.step) showStep(stdio, item.step)
    shown = item.step
    const unfinished = before?.unfinishedAct?.step === item.name ? before.unfinishedAct.startedAt : undefined
    const ended = await walkItem(walk, item, unfinished)
    if (ended === undefined) return false
    walk.onStep?.(ended)
  }
  return true
}

function walkItem(walk: Walk, item: Item, unfinishedSince: string | undefined): Promise<Ended> {
  const { block, step } = item
  switch (block?.type) {
    case 'check':
      return step.phase === 'signs' ? walkSign(walk, item, block) : walkCheck(walk, item, block)
    case 'act':
      return walkAct(walk, item, block, unfinishedSince)
    case 'command':
      return walkCommand(walk, item, block)
    case undefined:
      return walkManual(walk, item)
  }
}

/** What a resumed walk need not do again. A failure at the very end had nobody's answer yet, so it is done again. */
function finishedBefore(before: IncidentState | undefined): Set<string> {
  const steps = before?.steps ?? []
  const last = steps.at(-1)
  return new Set(steps.filter((s) => s !== last || s.outcome !== 'failed').map((s) => s.name))
}

function sayResumed({ stdio }: Walk, before: IncidentState, count: number): void {
  const ended = { stopped: 'was stopped', interrupted: 'was interrupted', finished: 'ended', unknown: 'was killed' }[
    before.walk?.ended ?? 'unknown'
  ]
  stdio.err(`\nThe walk ${ended} after ${count} step${count === 1 ? '' : 's'}; going on there.\n`)
  const act = before.unfinishedAct
  if (act !== undefined) stdio.err(`${act.action} was started at ${act.startedAt} and its end is unknown.\n`)
}

/** Says at once what will have to be done by hand. */
function unboundActs({ stdio, runbook, environment }: WalkOptions): Map<string, string> {
  const problems = validateAgainst(runbook, environment)
  for (const { file, line, message } of problems)
    stdio.err(`${stdio.style('yellow', 'warning:')} ${file}:${line}  ${message}\n`)
  const acts = runbook.steps.flatMap((step) => step.blocks).filter((block) => block.type === 'act')
  return new Map(
    acts.flatMap((act) => {
      const problem = cannotRun(act, environment)
      return problem === undefined ? [] : [[act.name, problem] as const]
    }),
  )
}
