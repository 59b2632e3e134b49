import { CliError } from '@drillbook/content/errors'
import { scaledMs } from '../../environment/environment.ts'
import { storedFiringAt } from '../alert-times.ts'
import { diagnose } from '../diagnose.ts'
import { mark, moment, PhaseFailure, type Run, waitFor } from '../run.ts'
import { silentMs } from '../sightings.ts'

/** Every expected alert fires in Prometheus. */
export async function detect(run: Run): Promise<string> {
  const { drill, environment, journal, observer } = run
  const silent = () => drill.alerts.expected.filter((alert) => !observer.fired.has(alert))
  const limitMs = scaledMs(environment, drill.limitsMs.detect)
  const all = await waitFor(run, limitMs, async () => (silent().length === 0 ? true : undefined))
  if (all === undefined) {
    throw new PhaseFailure(
      `${silent().length} of ${drill.alerts.expected.length} expected alerts did not fire. ${await explain(run, silent())}`,
    )
  }
  journal.data.alerts.fired = [...observer.fired.keys()].sort()
  await markFiring(run)
  return `${drill.alerts.expected.join(', ')} fire`
}

/** Which link of the chain is broken for each of these alerts, as far as it can be found out. */
export async function explain({ environment, prometheus, journal }: Run, alerts: readonly string[]): Promise<string> {
  const since = new Date(journal.data.times.injectedAt ?? journal.data.startedAt)
  try {
    return (await Promise.all(alerts.map((alert) => diagnose(environment, prometheus, alert, since, false)))).join('. ')
  } catch (error) {
    if (error instanceof CliError) return `${alerts.join(', ')}: ${error.message}`
    throw error
  }
}

/** When the first of them fired: as stored, or else as it was seen. */
async function markFiring(run: Run): Promise<void> {
  const { drill, environment, observer } = run
  const from = moment(run, 'injectedAt')
  const stored = await waitFor(run, silentMs(environment), async () => {
    const times = await Promise.all(drill.alerts.expected.map((alert) => storedFiringAt(run, alert, from, new Date())))
    const known = times.filter((at) => at !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  })
  if (stored !== undefined) return mark(run, 'firingAt', new Date(stored), 'the first stored sample of ALERTS')
  const seen = drill.alerts.expected.flatMap((alert) => observer.fired.get(alert)?.getTime() ?? [])
  mark(run, 'firingAt', new Date(Math.min(...seen)), 'Prometheus told that it fires, but has stored no ALERTS')
}
