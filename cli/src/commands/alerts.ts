import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { type Context, context } from '../context.ts'
import { type FiringAlert, type FiringAlerts, firingAlerts } from '../incident/firing-alerts.ts'
import { localTime } from '../local-time.ts'
import { incidentsOf } from '../runbook/read-runbook.ts'
import type { Stdio } from '../stdio.ts'

/**
 * What is firing, since when, and which runbook to follow. Throws `unreachable` when a source of alerts could not be
 * asked.
 */
export async function alerts(stdio: Stdio, options: { env?: string; json?: boolean }): Promise<void> {
  const here = context(stdio, options)
  const found = await firingAlerts(here.environment, here.prometheus)
  const warn = (text: string) => stdio.err(`${stdio.style('yellow', 'warning:')} ${text}\n`)
  if (found.watchdog === false) warn('Watchdog does not fire: the rules are not evaluated, silence proves nothing.')
  if (found.noRules === true) warn('Prometheus has no alerting rules: silence proves nothing.')
  if (options.json) printJson(stdio, here, found)
  else print(stdio, here, found)
  const [silent] = found.silent
  if (silent === undefined) return
  throw new CliError('unreachable', `this is what ${found.source} knows; ${silent.why}`, {
    hint:
      silent.who === 'Prometheus'
        ? 'Alertmanager only has what it last heard: an alert may be missing, and one that is over be listed.'
        : 'While Alertmanager is down nobody is told of an alert.',
  })
}

function printJson(stdio: Stdio, { root, environment }: Context, found: FiringAlerts): void {
  const { source, silent, watchdog = null, alerts: firing } = found
  const runbooks = incidentsOf(root)
  const listed = firing.map((alert) => ({ ...alert, respond: commandFor(runbooks, alert.incident) ?? null }))
  stdio.out(`${JSON.stringify({ environment: environment.name, source, silent, watchdog, alerts: listed }, null, 2)}\n`)
}

function print(stdio: Stdio, { root, environment }: Context, { source, alerts: firing }: FiringAlerts): void {
  if (firing.length === 0) {
    stdio.out(
      source === 'Prometheus'
        ? `Nothing is firing in ${environment.name}.\n`
        : `Alertmanager has no alert of ${environment.name}; what fires, only Prometheus could say.\n`,
    )
    return
  }
  const now = Date.now()
  const runbooks = incidentsOf(root)
  for (const [incident, group] of Map.groupBy(firing, (alert) => alert.incident)) {
    stdio.out(`${printable(incident) || 'no incident class'} in ${environment.name}\n`)
    for (const alert of group) stdio.out(row(alert, now))
    stdio.out(`  -> ${commandFor(runbooks, incident) ?? 'no runbook'}\n`)
  }
}

function commandFor(runbooks: readonly string[], incident: string): string | undefined {
  return runbooks.includes(incident) ? `drillbook respond ${incident}` : undefined
}

function row(alert: FiringAlert, now: number): string {
  const since = new Date(alert.since)
  const ago = formatDuration(now - since.getTime())
  const [severity, name, text] = [alert.severity, alert.name, alert.description || alert.summary].map(printable)
  return `  ${severity?.padEnd(8)} ${name?.padEnd(22)} since ${localTime(since)} (${ago})  ${text}\n`
}
