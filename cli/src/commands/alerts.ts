import { context } from '../context.ts'
import { formatDuration } from '../duration.ts'
import { type FiringAlert, firingAlerts } from '../incident/firing-alerts.ts'
import { localTime } from '../local-time.ts'
import { incidentsOf } from '../runbook/read-runbook.ts'
import type { Stdio } from '../stdio.ts'
import { printable } from '../terminal/printable.ts'

/** What is firing, since when, and which runbook to follow. */
export async function alerts(stdio: Stdio, options: { env?: string; json?: boolean }): Promise<void> {
  const { root, environment, prometheus } = context(stdio, options)
  const { source, alerts: firing, watchdog } = await firingAlerts(environment, prometheus)
  if (source === 'Alertmanager') {
    stdio.err(
      `${stdio.style('yellow', 'warning:')} Prometheus does not answer; this is what Alertmanager last heard.\n`,
    )
  }
  if (watchdog === false) {
    stdio.err(
      `${stdio.style('yellow', 'warning:')} Watchdog does not fire: the rules are not evaluated, silence proves nothing.\n`,
    )
  }
  const runbooks = incidentsOf(root)
  const commandFor = (incident: string) => (runbooks.includes(incident) ? `drillbook respond ${incident}` : undefined)
  if (options.json) {
    const listed = firing.map((alert) => ({ ...alert, respond: commandFor(alert.incident) ?? null }))
    stdio.out(
      `${JSON.stringify({ environment: environment.name, source, watchdog: watchdog ?? null, alerts: listed }, null, 2)}\n`,
    )
    return
  }
  if (firing.length === 0) {
    stdio.out(`Nothing is firing in ${environment.name}.\n`)
    return
  }
  const now = Date.now()
  for (const [incident, group] of Map.groupBy(firing, (alert) => alert.incident)) {
    stdio.out(`${printable(incident) || 'no incident class'} in ${environment.name}\n`)
    for (const alert of group) stdio.out(row(alert, now))
    stdio.out(`  -> ${commandFor(incident) ?? 'no runbook'}\n`)
  }
}

function row(alert: FiringAlert, now: number): string {
  const since = new Date(alert.since)
  const ago = formatDuration(now - since.getTime())
  const [severity, name, text] = [alert.severity, alert.name, alert.description || alert.summary].map(printable)
  return `  ${severity?.padEnd(8)} ${name?.padEnd(22)} since ${localTime(since)} (${ago})  ${text}\n`
}
