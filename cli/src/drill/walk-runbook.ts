import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { scaledMs } from '../environment/environment.ts'
import type { IncidentEvent } from '../incident/events.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { IncidentRecord } from '../incident/record.ts'
import { readRunbook } from '../runbook/read-runbook.ts'
import type { Runbook } from '../runbook/runbook.ts'
import { walkRunbook } from '../walk/walk-runbook.ts'
import type { BegunAct } from './journal.ts'
import { mustGoOn, type Run } from './run.ts'

const WATCH_MS = 500

/**
 * Walks the runbook and closes its record. The walk ends early when the drill has to stop, and at its limit when nobody
 * is there: what it has done by then has to be enough.
 */
export async function walkForDrill(run: Run, incident: IncidentRecord, actor: string): Promise<StepRecord[]> {
  const { drill, environment, journal, prometheus, root, stdio, unattended, runCommand } = run
  const stop = new AbortController()
  const limitMs = scaledMs(environment, drill.limitsMs.walk)
  let tooLong = false
  const limit = setTimeout(() => {
    tooLong = unattended
    if (unattended) stop.abort()
  }, limitMs)
  const watch = setInterval(() => {
    try {
      mustGoOn(run)
    } catch (reason) {
      stop.abort(reason)
    }
  }, WATCH_MS)
  try {
    await walkRunbook({
      stdio,
      environment,
      runbook: readRunbook(root, drill.incident),
      incident,
      mode: unattended ? 'yes' : 'interactive',
      actor,
      signal: AbortSignal.any([run.signal, stop.signal]),
      prometheus,
      runCommand,
    })
  } catch (error) {
    mustGoOn(run)
    if (!tooLong) throw error
    run.display.warning(`the walk was ended after ${formatDuration(limitMs)}: its limit`)
  } finally {
    clearInterval(watch)
    clearTimeout(limit)
    journal.data.steps = incident.state().steps
    journal.data.acts = begunActs(incident.events(), journal.data.steps, unattended)
    incident.append({ type: 'closed', actor, note: `the walk of drill ${journal.data.id} is over` })
  }
  return journal.data.steps
}

/**
 * Every act that began: a start stands in the record before anything happens, so one that was cut off counts, too. What
 * a person did by hand has no start of its own; unattended, such a step did not happen.
 */
export function begunActs(
  events: readonly IncidentEvent[],
  steps: readonly StepRecord[],
  unattended: boolean,
): BegunAct[] {
  const run = events.flatMap((e) => (e.type === 'act.started' ? [{ name: e.step, startedAt: e.at }] : []))
  const byHand = steps.filter(
    ({ name, kind, outcome }) =>
      kind === 'act' && (outcome === 'done' || outcome === 'failed') && !run.some((act) => act.name === name),
  )
  return [...run, ...(unattended ? [] : byHand.map(({ name, startedAt }) => ({ name, startedAt })))]
}

/** The runbook for the report; undefined when it cannot be read, which the walk has already said. */
export function runbookOf({ root, drill }: Run): Runbook | undefined {
  try {
    return readRunbook(root, drill.incident)
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}
