import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { type Context, context } from '../context.ts'
import { requireRunbook } from '../environment/require-incident.ts'
import { type FiringAlerts, firingAlerts } from '../incident/firing-alerts.ts'
import { findIncident, type IncidentRecord, openIncident, openIncidents, resumeIncident } from '../incident/record.ts'
import { recordFiring, recordFiringAndResolved } from '../incident/record-alerts.ts'
import { localTime } from '../local-time.ts'
import { incidentsOf, readRunbook } from '../runbook/read-runbook.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import { choose } from '../terminal/choose.ts'
import { type WalkSummary, walkRunbook } from '../walk/walk-runbook.ts'
import { type Warn, warnOn } from '../warn.ts'

export interface RespondOptions {
  /** An incident class, or the id of an incident to go on with. Absent: choose among what is firing. */
  incident?: string
  yes?: boolean
  new?: boolean
  env?: string
  json?: boolean
}

/**
 * Walks the runbook of an incident, whose commands `runCommand` runs; opens the incident or goes on with the open one.
 * Throws `expectation_failed` when a step failed.
 */
export async function respond(stdio: Stdio, options: RespondOptions, runCommand: RunCommand): Promise<void> {
  const here = context(stdio, options)
  const { root, environment, prometheus, actor } = here
  if (!options.yes && !stdio.interactive) {
    throw new CliError('usage', 'there is no terminal to ask at', {
      hint: 'Walk unattended with --yes, or read the steps: drillbook runbook show NAME',
    })
  }
  if (options.yes && environment.production) {
    throw new CliError('refused', `${environment.name} is production: its acts are not run unasked`, {
      hint: 'Omit --yes.',
    })
  }
  const warn = warnOn(stdio)
  const known = await whatIsFiring(stdio, here)
  const firing = known?.alerts ?? []
  const wanted = options.incident ?? (await chooseIncident(stdio, here, known, options, warn))
  if (wanted === undefined) return
  stdio.signal.throwIfAborted() // asking may have taken long
  const record = recordFor(here, wanted, options.new === true, warn)
  const { incident, openedAt, drill } = record.state()
  const runbook = readRunbook(root, incident)
  recordFiring(record, firing)
  stdio.err(
    `\n${stdio.style('bold', printable(runbook.frontMatter.title))} in ${environment.name}${drill === undefined ? '' : `, DRILL ${printable(drill)}`}\n`,
  )
  stdio.err(`incident ${record.id}, open for ${formatDuration(Date.now() - Date.parse(openedAt))}\n`)
  for (const alert of firing.filter((a) => a.incident === incident))
    stdio.err(`  ${printable(alert.name)} (${printable(alert.severity)}) since ${localTime(alert.since)}\n`)
  const summary = await walkRunbook({
    stdio,
    environment,
    runbook,
    incident: record,
    mode: options.yes ? 'yes' : 'interactive',
    actor,
    signal: stdio.signal,
    prometheus,
    runCommand,
  })
  const after = known === undefined ? undefined : await whatIsFiring(stdio, here)
  // What Alertmanager does not have may fire all the same: only Prometheus can say that an alert is over.
  if (after?.source === 'Prometheus') recordFiringAndResolved(record, after.alerts)
  conclude(stdio, record, summary, options.json === true)
}

/** Firing alerts, to help the responder: undefined when they cannot be read, and the walk goes on. */
async function whatIsFiring(stdio: Stdio, { environment, prometheus }: Context): Promise<FiringAlerts | undefined> {
  try {
    const found = await firingAlerts(environment, prometheus)
    for (const { why } of found.silent) stdio.err(`${stdio.style('yellow', 'warning:')} ${why}\n`)
    return found
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    stdio.err(`${stdio.style('yellow', 'warning:')} ${printable(error.message)}\n`)
    return undefined
  }
}

async function chooseIncident(
  stdio: Stdio,
  { root, environment }: Context,
  known: FiringAlerts | undefined,
  options: RespondOptions,
  warn: Warn,
): Promise<string | undefined> {
  const runbooks = incidentsOf(root)
  const firing = known?.alerts ?? []
  const byIncident = Map.groupBy(firing, (alert) => alert.incident)
  const open = openIncidents(root, { warn }).filter(
    (i) => i.environment === environment.name && !byIncident.has(i.incident),
  )
  const choices = [
    ...[...byIncident].map(([incident, alerts]) => ({
      value: incident,
      text: `${incident}: ${alerts.map((a) => a.name).join(', ')} firing`,
    })),
    ...open.map((i) => ({ value: i.id, text: `${i.id}: still open, nothing firing` })),
  ].filter(({ value }) => runbooks.includes(value) || open.some((i) => i.id === value))
  const [only] = choices
  if (only === undefined && known?.source !== 'Prometheus') {
    throw new CliError('unreachable', `what is firing in ${environment.name}, only Prometheus could say`, {
      hint: `Name the incident: drillbook respond NAME. Runbooks: ${runbooks.join(', ')}.`,
    })
  }
  if (only === undefined) {
    if (options.json) stdio.out(`${JSON.stringify({ incident: null, firing }, null, 2)}\n`)
    else stdio.out(`Nothing that has a runbook is firing in ${environment.name}, and no incident is open.\n`)
    stdio.err(`Runbooks: ${runbooks.join(', ')}. Walk one with drillbook respond NAME.\n`)
    return undefined
  }
  if (!options.yes) return choose(stdio, 'Which incident?', choices)
  if (choices.length === 1) return only.value
  throw new CliError('usage', `there is more than one to choose from: ${choices.map((c) => c.value).join(', ')}`, {
    hint: 'Name it: drillbook respond INCIDENT --yes',
  })
}

/**
 * By id exactly that one; by class the newest open one of this environment, else a new one. Drills' own go by id only.
 */
function recordFor({ root, environment, actor }: Context, wanted: string, anew: boolean, warn: Warn): IncidentRecord {
  if (/^\d/.test(wanted)) {
    const record = findIncident(root, wanted)
    const state = record.state()
    if (state.status === 'closed')
      throw new CliError('usage', `incident ${record.id} is closed`, {
        hint: `drillbook respond ${state.incident} opens a new one.`,
      })
    if (state.environment !== environment.name) {
      throw new CliError('usage', `incident ${record.id} belongs to ${state.environment}, not to ${environment.name}`, {
        hint: `Say --env ${state.environment}.`,
      })
    }
    return record
  }
  // Before anything is written: is there such a runbook, can it be read, and is it for this environment?
  requireRunbook(environment, wanted, { runbooks: [readRunbook(root, wanted)], drills: [] })
  const open = openIncidents(root, { warn })
    .filter((i) => i.incident === wanted && i.environment === environment.name)
    .at(-1)
  if (open !== undefined && !anew) return resumeIncident(root, open.id)
  const { name, file } = environment
  return openIncident({ root, incident: wanted, environment: name, environmentFile: file, actor })
}

function conclude(stdio: Stdio, record: IncidentRecord, summary: WalkSummary, json: boolean): void {
  const { incident, environment } = record.state()
  const count = (outcome: string) => summary.steps.filter((s) => s.outcome === outcome).length
  const failed = summary.steps.filter((s) => s.outcome === 'failed')
  if (json) stdio.out(`${JSON.stringify({ id: record.id, incident, environment, ...summary }, null, 2)}\n`)
  else {
    const rest = (['skipped', 'unattended', 'unknown', 'not-applicable', 'open'] as const)
      .filter((o) => count(o) > 0)
      .map((o) => `, ${count(o)} ${o}`)
    stdio.out(`${record.id}: ${summary.ended}, ${count('done')} done, ${failed.length} failed${rest.join('')}\n`)
  }
  stdio.err(
    summary.ended === 'stopped'
      ? `Go on with: drillbook respond ${record.id}\n`
      : `When it is over: drillbook incident close ${record.id}, then drillbook incident report ${record.id}\n`,
  )
  if (failed.length > 0) throw new CliError('expectation_failed', `failed: ${failed.map((s) => s.name).join(', ')}`)
}
