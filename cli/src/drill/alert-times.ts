import { finestStep, firstPresent } from './condition.ts'
import { notificationOf } from './message.ts'
import type { AlertTimes } from './overhead.ts'
import { moment, type Run } from './run.ts'

/** The first stored sample with which the alert fires in [from, to], in milliseconds; undefined: there is none. */
export async function storedFiringAt(
  { prometheus }: Run,
  alert: string,
  from: Date,
  to: Date,
): Promise<number | undefined> {
  const promql = `ALERTS{alertname=${JSON.stringify(alert)},alertstate="firing"}`
  const fired = await prometheus.queryRange(promql, from, to, finestStep(from, to))
  const moments = fired.flatMap((s) => s.points.map(([seconds]) => seconds * 1000))
  return moments.length === 0 ? undefined : moments.reduce((a, b) => Math.min(a, b))
}

/** When each expected alert held, fired and reached Slack. */
export async function alertTimes(run: Run): Promise<AlertTimes[]> {
  const { drill, observer, prometheus } = run
  const from = moment(run, 'injectedAt')
  const to = new Date()
  const rules = await prometheus.alertingRules()
  return Promise.all(
    drill.alerts.expected.map(async (name): Promise<AlertTimes> => {
      const rule = rules.find((r) => r.name === name)
      const notification = notificationOf(observer.messages, drill.incident, name)
      const signal = rule === undefined ? undefined : await firstPresent(prometheus, rule.query, from, to)
      return {
        name,
        signalAt: signal?.getTime(),
        firingAt: await storedFiringAt(run, name, from, to),
        notifiedAt: notification === undefined ? undefined : Date.parse(notification.message.receivedAt),
        inFirstMessage: notification?.inFirst ?? false,
        rule: rule && { intervalSeconds: rule.groupIntervalSeconds, forSeconds: rule.durationSeconds },
      }
    }),
  )
}
