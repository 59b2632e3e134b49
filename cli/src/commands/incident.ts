import { findRoot } from '../content/root.ts'
import { actorOf, type Context, context } from '../context.ts'
import { formatDuration } from '../duration.ts'
import { CliError } from '../errors.ts'
import { findIncident, listIncidents } from '../incident/record.ts'
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
    const kind = drill === undefined ? '' : `  DRILL ${drill}`
    stdio.out(`${id.padEnd(36)} ${status.padEnd(6)} ${environment.padEnd(10)} ${lasted}${kind}\n`)
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
    `${state.id}: ${state.status}, in ${state.environment}${state.drill === undefined ? '' : `, DRILL ${state.drill}`}\n`,
  )
  for (const { at, text } of timeline(events)) stdio.out(`  ${localTime(at)}  ${text}\n`)
}

/** Adds a note to the timeline. */
export async function note(stdio: Stdio, options: { id: string; text: string }): Promise<void> {
  if (options.text.trim() === '') throw new CliError('usage', 'the note is empty')
  const record = findIncident(findRoot(stdio.cwd), options.id)
  record.append({ type: 'note', actor: actorOf(stdio), text: options.text })
  stdio.out(`noted in ${record.id}\n`)
}

/** Closes an incident, with what Prometheus says about it at the end; closing it twice is refused. */
export async function close(stdio: Stdio, options: One & { env?: string }): Promise<void> {
  const root = findRoot(stdio.cwd)
  const record = findIncident(root, options.id)
  const { status, environment } = record.state()
  if (status === 'closed') throw new CliError('refused', `incident ${record.id} is closed already`)
  try {
    await recordTheEnd(record, contextOf(stdio, environment, options.env))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    stdio.err(`${stdio.style('yellow', 'warning:')} impact and alerts are not recorded: ${error.message}\n`)
  }
  const { at } = record.append({ type: 'closed', actor: actorOf(stdio) })
  if (options.json) stdio.out(`${JSON.stringify({ id: record.id, closedAt: at }, null, 2)}\n`)
  else stdio.out(`closed ${record.id}\n`)
  stdio.err(`Write the post-mortem while you remember: drillbook incident report ${record.id} > post-mortem.md\n`)
}

/** The environment of the incident: the one that was chosen, if that is it, else the one of its name. */
function contextOf(stdio: Stdio, name: string, env: string | undefined): Context {
  const chosen = context(stdio, { env })
  return chosen.environment.name === name ? chosen : context(stdio, { env: name })
}

/** Prints the post-mortem as Markdown. */
export async function report(stdio: Stdio, options: One): Promise<void> {
  const root = findRoot(stdio.cwd)
  const record = findIncident(root, options.id)
  for (const problem of record.problems()) warnOn(stdio)(problem)
  const markdown = renderReport(root, record)
  stdio.out(options.json ? `${JSON.stringify({ id: record.id, markdown }, null, 2)}\n` : markdown)
}
