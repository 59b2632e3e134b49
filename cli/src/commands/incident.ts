import { existsSync } from 'node:fs'
import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import { printable } from '@drillbook/content/text/printable'
import { actorOf, type Context, context } from '../context.ts'
import type { IncidentState } from '../incident/fold.ts'
import { findIncident, type IncidentRecord, listIncidents } from '../incident/record.ts'
import { recordTheEnd } from '../incident/record-the-end.ts'
import { renderReport } from '../incident/report.ts'
import { timeline } from '../incident/timeline.ts'
import { localTime } from '../local-time.ts'
import type { Stdio } from '../stdio.ts'
import { warnOn } from '../warn.ts'

type One = { id: string; json?: boolean }

/** Lists incidents, newest first. */
export async function list(stdio: Stdio, options: { json?: boolean }): Promise<void> {
  const warn = warnOn(stdio)
  let damaged = false
  const incidents = listIncidents(findRoot(stdio.cwd), (problem) => {
    damaged = true
    warn(problem)
  }).reverse()
  if (options.json) {
    stdio.out(`${JSON.stringify({ incidents }, null, 2)}\n`)
    return
  }
  if (incidents.length === 0 && !damaged) stdio.out('No incident has been recorded yet.\n')
  for (const { id, status, environment, openedAt, closedAt, drill } of incidents) {
    const lasted = formatDuration(Date.parse(closedAt ?? new Date().toISOString()) - Date.parse(openedAt))
    const kind = drill === undefined ? '' : `  DRILL ${printable(drill)}`
    stdio.out(`${id.padEnd(36)} ${status.padEnd(6)} ${printable(environment).padEnd(10)} ${lasted}${kind}\n`)
  }
}

/** Shows one incident with its timeline; times are local. */
export async function show(stdio: Stdio, options: One): Promise<void> {
  const record = findIncident(findRoot(stdio.cwd), options.id)
  for (const problem of record.problems()) warnOn(stdio)(problem)
  const [state, events] = [record.state(), record.events()]
  if (options.json) {
    stdio.out(`${JSON.stringify({ ...state, events }, null, 2)}\n`)
    return
  }
  stdio.out(
    `${state.id}: ${state.status}${state.pendingImpact === undefined ? '' : ', impact pending'}, in ${printable(state.environment)}${state.drill === undefined ? '' : `, DRILL ${printable(state.drill)}`}\n`,
  )
  for (const { at, text } of timeline(events)) stdio.out(`  ${localTime(at)}  ${text}\n`)
  const open = new Map(state.steps.filter((s) => s.outcome === 'open').map((s) => [s.title, s.note ?? '']))
  if (open.size > 0) stdio.out('To do:\n')
  for (const [title, goal] of open) stdio.out(`  - ${printable(`${title}: ${goal}`)}\n`)
}

/** Adds a note to the timeline. */
export async function note(stdio: Stdio, options: { id: string; text: string }): Promise<void> {
  if (options.text.trim() === '') throw new CliError('usage', 'the note is empty')
  const record = findIncident(findRoot(stdio.cwd), options.id)
  record.append({ type: 'note', actor: actorOf(stdio), text: options.text })
  stdio.out(`noted in ${record.id}\n`)
}

/**
 * Closes an incident, with what Prometheus says about it at the end. What cannot be recorded now is pending: closing it
 * again records it for the time until it was closed. Closing twice is refused otherwise.
 */
export async function close(stdio: Stdio, options: One & { env?: string }): Promise<void> {
  const record = findIncident(findRoot(stdio.cwd), options.id)
  const { status, closedAt, pendingImpact } = record.state()
  if (status === 'closed' && pendingImpact === undefined) {
    throw new CliError('refused', `incident ${record.id} is closed already`)
  }
  const missing = await recordEnd(stdio, record, options.env)
  if (closedAt !== undefined && missing !== undefined) throw missing
  if (missing !== undefined) {
    record.append({ type: 'impact.pending', reason: missing.message.replace(/\s+/g, ' ') })
    stdio.err(
      `${stdio.style('yellow', 'warning:')} impact and alerts are not recorded yet: ${printable(missing.message)}\n` +
        `Record them when it answers: drillbook incident close ${record.id}\n`,
    )
  }
  const at = closedAt ?? record.append({ type: 'closed', actor: actorOf(stdio) }).at
  const pending = missing !== undefined
  if (options.json) stdio.out(`${JSON.stringify({ id: record.id, closedAt: at, pending }, null, 2)}\n`)
  else stdio.out(closedAt === undefined ? `closed ${record.id}\n` : `recorded what was pending in ${record.id}\n`)
  stdio.err(`Write the post-mortem while you remember: drillbook incident report ${record.id} > post-mortem.md\n`)
}

/**
 * Undefined when it is recorded, else why it is not. Throws `usage` for an environment that was named and is another
 * one.
 */
async function recordEnd(stdio: Stdio, record: IncidentRecord, env: string | undefined): Promise<CliError | undefined> {
  try {
    const { environment, environmentFile, closedAt } = record.state()
    const here = contextOf(stdio, { environment, environmentFile }, env)
    await recordTheEnd(record, here, closedAt)
    return undefined
  } catch (error) {
    if (!(error instanceof CliError) || error instanceof WrongEnvironment) throw error
    return error
  }
}

class WrongEnvironment extends CliError {}

/** The environment of the incident: the one that was named, else where it was read from, else the one of its name. */
function contextOf(
  stdio: Stdio,
  { environment, environmentFile }: Pick<IncidentState, 'environment' | 'environmentFile'>,
  env: string | undefined,
): Context {
  if (env !== undefined) {
    const named = context(stdio, { env })
    if (named.environment.name === environment) return named
    throw new WrongEnvironment('usage', `the incident belongs to ${environment}, not to ${named.environment.name}`, {
      hint: 'Leave --env out: the record knows its environment.',
    })
  }
  if (environmentFile !== undefined && existsSync(environmentFile)) {
    const known = context(stdio, { env: environmentFile })
    if (known.environment.name === environment) return known
  }
  return context(stdio, { env: environment })
}

/** Prints the post-mortem as Markdown. */
export async function report(stdio: Stdio, options: One): Promise<void> {
  const root = findRoot(stdio.cwd)
  const record = findIncident(root, options.id)
  for (const problem of record.problems()) warnOn(stdio)(problem)
  const markdown = renderReport(root, record)
  stdio.out(options.json ? `${JSON.stringify({ id: record.id, markdown }, null, 2)}\n` : markdown)
}
