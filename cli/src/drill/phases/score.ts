import { messageOf } from '@drillbook/content/errors'
import { countImpact } from '../impact.ts'
import type { Journal, Moment } from '../journal.ts'
import { isDrillMessage, isFiring, isResolved } from '../message.ts'
import { HEARTBEAT } from '../observer.ts'
import type { Run } from '../run.ts'
import { checksOf } from '../verdict.ts'

/** Adds up what was seen: alerts, messages, impact, times, checks. */
export async function score(run: Run): Promise<string> {
  const { journal, observer, drill } = run
  const data = journal.data
  await observer.stop()
  const unstored = await addAlerts(run)
  data.messages = observer.messages
    .filter((m) => isDrillMessage(m) || isResolved(m, drill.incident) || isFiring(m, drill.incident))
    .map((m) => ({
      kind: isDrillMessage(m) ? 'drill' : isResolved(m, drill.incident) ? 'resolved' : 'firing',
      at: m.receivedAt,
      text: m.text,
      delivered: true,
    }))
  for (const own of (await run.slack?.flush()) ?? []) {
    if (!own.delivered)
      data.messages.push({ kind: 'drill', at: new Date().toISOString(), text: own.text, delivered: false })
  }
  await addImpact(run)
  data.scorecard = {
    secondsToDetect: secondsAfter(data, 'firingAt'),
    secondsToNotify: secondsAfter(data, 'notifiedAt'),
    secondsToMitigate: secondsAfter(data, 'mitigatedAt'),
    secondsToRecover: secondsAfter(data, 'recoveredAt'),
    secondsToResolve: secondsAfter(data, 'resolvedAt'),
  }
  data.checks = checksOf(data, {
    harm: observer.harm,
    unseen: {
      alerts: unstored ?? observer.unseen('alerts'),
      users: observer.unseen('users'),
      aborts: observer.unseen('aborts'),
    },
    mustNotRun: drill.mustNotRun,
    hasAborts: drill.abort.length > 0,
  })
  const bad = data.checks.filter((c) => !c.ok)
  return bad.length === 0
    ? `${data.checks.length} of ${data.checks.length} checks hold`
    : `${bad.length} checks do not hold`
}

/**
 * The alerts that were seen, and those that were stored: one may fire and end between two looks. Returns why the stored
 * ones are not known.
 */
async function addAlerts({ journal, observer, drill, prometheus }: Run): Promise<string | undefined> {
  const { alerts, times } = journal.data
  const stored = new Set<string>()
  let trouble: string | undefined
  if (times.injectedAt !== null) {
    const since = Date.now() - Date.parse(times.injectedAt)
    try {
      const samples = await prometheus.query(`max_over_time(ALERTS{alertstate="firing"}[${Math.max(1, since)}ms])`)
      for (const { labels } of samples) stored.add(labels.alertname ?? '')
      if (stored.size === 0) trouble = 'Prometheus has stored no ALERTS'
    } catch (error) {
      trouble = messageOf(error)
    }
  }
  stored.delete(HEARTBEAT)
  const known = new Set([...drill.alerts.expected, ...drill.alerts.allowed])
  alerts.fired = [...new Set([...stored, ...observer.fired.keys()])].sort()
  alerts.unexpected = alerts.fired.filter((alert) => !known.has(alert))
  return trouble
}

async function addImpact(run: Run): Promise<void> {
  const { data } = run.journal
  const from = data.times.injectedAt
  if (from === null) return
  const rollback = data.phases.find((p) => p.name === 'roll back')?.finishedAt
  const to = data.times.recoveredAt ?? rollback ?? new Date().toISOString()
  const until = data.times.recoveredAt === null ? 'the end of the rollback' : 'recoveredAt'
  try {
    const impact = await countImpact(run.prometheus, run.drill.service, new Date(from), new Date(to))
    data.impact = { ...impact, evidence: `counters of ${run.drill.service} in Prometheus from injectedAt to ${until}` }
  } catch (error) {
    data.impact.evidence = `not counted: ${messageOf(error)}`
  }
}

function secondsAfter(data: Journal, moment: Moment): number | null {
  const [from, to] = [data.times.injectedAt, data.times[moment]]
  return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000
}
