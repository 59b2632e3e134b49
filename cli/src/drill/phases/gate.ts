import { scaledMs } from '../../environment/environment.ts'
import { groupTimings } from '../alertmanager.ts'
import { ask } from '../condition.ts'
import { DRILL_PREFIX } from '../message.ts'
import { HEARTBEAT } from '../observer.ts'
import { PhaseFailure, type Run, waitFor } from '../run.ts'

/**
 * Prometheus repeats a resolved alert for 15 minutes of real time, once a minute (its rules/alerting.go,
 * resolvedRetention).
 */
const GROUP_LINGERS = '16m'

/** Healthy, quiet, and under the load that is meant: otherwise nothing that follows would prove anything. */
export async function gate(run: Run): Promise<string> {
  const { drill, environment, prometheus } = run
  await announce(run)
  let problems: string[] = []
  const clean = await waitFor(run, scaledMs(environment, drill.limitsMs.gate), async () => {
    problems = await problemsOf(run)
    return problems.length === 0 ? true : undefined
  })
  if (clean === undefined) throw new PhaseFailure(`the gate is not clean: ${problems.join('; ')}`, 'invalid')
  const loaded = new Set((await prometheus.alertingRules()).map((rule) => rule.name))
  const missing = drill.alerts.expected.filter((alert) => !loaded.has(alert))
  if (missing.length > 0) throw new PhaseFailure(`Prometheus has no rule ${missing.join(', ')}: were the rules loaded?`)
  if (environment.alertmanager !== undefined) {
    const labels = { incident: drill.incident, environment: environment.name }
    const recent = `count_over_time(ALERTS{alertstate="firing",incident=${JSON.stringify(drill.incident)}}[${GROUP_LINGERS}])`
    const groupWasThere = (await prometheus.query(recent)).length > 0
    run.waiting = { ...(await groupTimings(environment.alertmanager, labels)), groupWasThere }
  }
  await beginDelivery(run)
  return `healthy, nothing fires${loaded.has(HEARTBEAT) ? ` but ${HEARTBEAT}` : ''}, nobody else drills`
}

/** What can prove delivery later, and a warning when nothing can. */
async function beginDelivery({ environment, observer, display }: Run): Promise<void> {
  await observer.delivery?.begin()
  if (environment.slack?.received !== undefined || observer.delivery !== undefined) return
  display.warning(`${environment.name} names neither slack.received nor alertmanager: nothing can prove delivery`)
}

/**
 * People are told before anything happens; a Slack that does not take this message would not take the alerts either.
 */
async function announce({ slack, drill, environment }: Run): Promise<void> {
  slack?.send(`${DRILL_PREFIX}: ${drill.title} is about to begin in ${environment.name}. This is an exercise.`)
  const failed = (await slack?.flush())?.find((delivery) => !delivery.delivered)
  if (failed === undefined) return
  throw new PhaseFailure(
    `not delivered: Slack does not take messages (${failed.error}), so nobody would hear of an alert`,
  )
}

async function problemsOf(run: Run): Promise<string[]> {
  const { drill, environment, prometheus } = run
  const problems: string[] = []
  const probes = [...drill.hypothesis.probes, { name: 'recovered', ...drill.recovered }]
  const valid = environment.traffic?.valid
  if (valid !== undefined) probes.push({ name: 'the load generator keeps up', ...valid })
  for (const probe of probes) {
    const seen = await ask(prometheus, probe)
    if (!seen.holds) problems.push(`${probe.name}: ${seen.text}`)
  }
  const rules = await prometheus.alertingRules()
  const active = rules.filter((r) => r.name !== HEARTBEAT && r.alerts.length > 0)
  if (active.length > 0) problems.push(`firing or pending: ${active.map((rule) => rule.name).join(', ')}`)
  const unknown = rules.filter((r) => r.health !== 'ok')
  if (unknown.length > 0) {
    problems.push(
      `not evaluated, so not known to be quiet: ${unknown.map((r) => `${r.name} (${r.health})`).join(', ')}`,
    )
  }
  const heartbeats = rules.filter((r) => r.name === HEARTBEAT)
  if (heartbeats.length > 0 && !heartbeats.some((r) => r.alerts.some((a) => a.state === 'firing'))) {
    problems.push(`${HEARTBEAT} does not fire, although it always has to: alerting is dead`)
  }
  const confirm = await ask(prometheus, drill.confirm)
  if (confirm.holds) problems.push(`the symptom is there before the fault: ${drill.confirm.promql} is ${confirm.text}`)
  return problems
}
