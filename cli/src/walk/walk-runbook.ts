import { CliError } from '@drillbook/content/errors'
import type { IncidentState } from '../incident/fold.ts'
import { lockWalk } from '../incident/walk-lock.ts'
import { cannotRun, validateAgainst } from '../runbook/validate-against.ts'
import { recordedAnswers } from './answers.ts'
import { unattended } from './asker.ts'
import { terminalAsker } from './terminal-asker.ts'
import type { Walk, WalkOptions, WalkSummary } from './walk.ts'
import { walkPhases } from './walk-phases.ts'

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
    decisions: new Map(),
    answers: new Map(),
    blind: false,
  }
  const unlock = lockWalk(incident)
  try {
    const before = incident.state()
    const resumes = before.walk !== undefined && before.walk.ended !== 'finished'
    incident.append({ type: 'walk.started', mode, actor, runbook: runbook.file, resumes })
    if (resumes) takeUp(walk, before)
    const reached = await walkPhases(walk, resumes ? before : undefined)
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

/** What an interrupted walk has found out counts in the one that goes on. */
function takeUp({ incident, decisions, answers }: Walk, before: IncidentState): void {
  for (const { name, answer } of before.steps) if (answer !== undefined) decisions.set(name, answer)
  for (const [name, json] of recordedAnswers(incident.events())) answers.set(name, json)
}

/** Says at once what will have to be done by hand. */
function unboundActs({ stdio, runbook, environment }: WalkOptions): Map<string, string> {
  const problems = validateAgainst(runbook, environment)
  for (const { file, line, message } of problems)
    stdio.err(`${stdio.style('yellow', 'warning:')} ${file}:${line}  ${message}\n`)
  const acts = runbook.steps
    .flatMap((step) => step.blocks)
    .filter((block) => block.type === 'act' || block.type === 'look')
  return new Map(
    acts.flatMap((act) => {
      const problem = cannotRun(act, environment)
      return problem === undefined ? [] : [[act.name, problem] as const]
    }),
  )
}
