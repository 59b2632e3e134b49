import { scaledMs } from '../../environment/environment.ts'
import { heldAlerts } from '../alertmanager.ts'
import { finestStep, firstPresent } from '../condition.ts'
import { diagnose } from '../diagnose.ts'
import { isFiring, namesRunbook, notificationOf } from '../message.ts'
import { type AlertTimes, toDetail, worstOverhead } from '../overhead.ts'
import { mark, moment, PhaseFailure, type Run, waitFor } from '../run.ts'

/** Every expected alert fires in Prometheus. */
export async function detect(run: Run): Promise<string> {
  const { drill, environment, observer, prometheus } = run
  const silent = () => drill.alerts.expected.filter((alert) => !observer.fired.has(alert))
  const limitMs = scaledMs(environment, drill.limitsMs.detect)
  const all = await waitFor(run, limitMs, async () => (silent().length === 0 ? true : undefined))
  if (all === undefined) {
    const since = moment(run, 'injectedAt')
    const links = await Promise.all(silent().map((alert) => diagnose(environment, prometheus, alert, since, false)))
    throw new PhaseFailure(
      `${silent().length} of ${drill.alerts.expected.length} expected alerts did not fire. ${links.join('. ')}`,
    )
  }
  run.journal.data.alerts.fired = [...observer.fired].sort()
  return `${drill.alerts.expected.join(', ')} fire`
}

/** Slack received a message that names the runbook, and every expected alert was in a message. */
export async function notify(run: Run): Promise<string> {
  const { drill, environment, journal } = run
  const limitMs = scaledMs(environment, drill.limitsMs.notify)
  const undelivered = environment.slack?.received === undefined ? undeliveredToAlertmanager : undeliveredToSlack
  const all = await waitFor(run, limitMs, async () => ((await undelivered(run)).length === 0 ? true : undefined))
  const missing = await undelivered(run)
  const alerts = await timesOf(run)
  journal.data.alerts.detail = alerts.map((a) => toDetail(a, run.waiting))
  const worst = run.waiting === undefined ? undefined : worstOverhead(alerts, run.waiting)
  if (worst !== undefined) {
    journal.data.overheadSeconds = worst.seconds
    journal.data.overhead = worst.detail
  }
  const lead = worst?.alert ?? alerts.find((a) => a.inFirstMessage)
  if (lead?.signalAt !== undefined) {
    mark(run, 'signalAt', new Date(lead.signalAt), `first stored sample at which the expression of ${lead.name} holds`)
  }
  if (lead?.firingAt !== undefined) mark(run, 'firingAt', new Date(lead.firingAt), `ALERTS{alertname="${lead.name}"}`)
  if (lead?.notifiedAt !== undefined) mark(run, 'notifiedAt', new Date(lead.notifiedAt), evidenceOf(run, lead.name))
  if (all === undefined) throw new PhaseFailure(await whyNotDelivered(run, missing))
  return `${environment.slack?.received === undefined ? 'Alertmanager has' : 'Slack received'} ${drill.alerts.expected.join(', ')}`
}

async function undeliveredToSlack(run: Run): Promise<string[]> {
  const { drill, observer } = run
  const first = observer.messages.find((m) => isFiring(m, drill.incident))
  if (first !== undefined && !namesRunbook(first, drill.incident)) {
    throw new PhaseFailure(`the Slack message does not name the runbook: no line "drillbook respond ${drill.incident}"`)
  }
  return drill.alerts.expected.filter((alert) => notificationOf(observer.messages, drill.incident, alert) === undefined)
}

/** Where Slack cannot be read back, Alertmanager is the last link that can be seen. */
async function undeliveredToAlertmanager({ drill, environment }: Run): Promise<string[]> {
  if (environment.alertmanager === undefined) return []
  const held = await heldAlerts(environment.alertmanager)
  return drill.alerts.expected.filter(
    (alert) => !held.some((a) => a.labels.alertname === alert && a.state === 'active'),
  )
}

async function whyNotDelivered(run: Run, missing: readonly string[]): Promise<string> {
  const { environment, observer, prometheus } = run
  if (observer.slackUnreadable !== undefined) return `not delivered: ${observer.slackUnreadable}`
  const since = moment(run, 'injectedAt')
  const links = await Promise.all(missing.map((alert) => diagnose(environment, prometheus, alert, since, false)))
  return `not delivered. ${links.join('. ')}`
}

async function timesOf(run: Run): Promise<AlertTimes[]> {
  const { drill, observer, prometheus } = run
  const from = moment(run, 'injectedAt')
  const to = new Date()
  const rules = await prometheus.alertingRules()
  return Promise.all(
    drill.alerts.expected.map(async (name): Promise<AlertTimes> => {
      const rule = rules.find((r) => r.name === name)
      const notification = notificationOf(observer.messages, drill.incident, name)
      const fired = await prometheus.queryRange(
        `ALERTS{alertname=${JSON.stringify(name)},alertstate="firing"}`,
        from,
        to,
        finestStep(from, to),
      )
      const firingAt = fired
        .flatMap((s) => s.points.map(([t]) => t * 1000))
        .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
      const signal = rule === undefined ? undefined : await firstPresent(prometheus, rule.query, from, to)
      return {
        name,
        signalAt: signal?.getTime(),
        firingAt: Number.isFinite(firingAt) ? firingAt : undefined,
        notifiedAt: notification === undefined ? undefined : Date.parse(notification.message.receivedAt),
        inFirstMessage: notification?.inFirst ?? false,
        rule: rule && { intervalSeconds: rule.groupIntervalSeconds, forSeconds: rule.durationSeconds },
      }
    }),
  )
}

function evidenceOf(run: Run, alert: string): string {
  const id = notificationOf(run.observer.messages, run.drill.incident, alert)?.message.id
  return `Slack message ${id ?? ''} names ${alert}`
}
