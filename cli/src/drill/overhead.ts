import type { GroupTimings } from './alertmanager-config.ts'
import type { AlertDetail, OverheadDetail } from './journal.ts'

/** What the rule asks for, in seconds. */
export interface RuleTiming {
  intervalSeconds: number
  forSeconds: number
}

/**
 * How Alertmanager waits. `groupWasThere`: the incident's group still existed when the drill began. Prometheus repeats
 * a resolved alert for 15 minutes, and each repetition revives its group, which has sent already: the first message of
 * a new outbreak then waits for `group_interval`, not for `group_wait`.
 */
export interface Waiting extends GroupTimings {
  groupWasThere: boolean
}

/** One alert of the incident with its times in milliseconds; undefined: it did not happen. */
export interface AlertTimes {
  name: string
  signalAt: number | undefined
  firingAt: number | undefined
  notifiedAt: number | undefined
  inFirstMessage: boolean
  rule: RuleTiming | undefined
}

/**
 * What the configuration asks for between the signal and the message: up to one evaluation `interval` until the rule is
 * looked at, its `for`, and then Alertmanager's `group_wait`. An alert that joins a group whose first message is out
 * waits for the next `group_interval` instead, and so does a first message in a group that was there before.
 */
export function askedForSeconds(alert: AlertTimes, wait: Waiting): number | undefined {
  if (alert.rule === undefined) return undefined
  return (
    alert.rule.intervalSeconds +
    alert.rule.forSeconds +
    (alert.inFirstMessage ? firstWait(wait) : wait.groupIntervalSeconds)
  )
}

function firstWait(wait: Waiting): number {
  return wait.groupWasThere ? wait.groupIntervalSeconds : wait.groupWaitSeconds
}

/**
 * Detection overhead: notifiedAt - signalAt - what the configuration asks for. That is what our plumbing (scrapes that
 * are late, rules that evaluate slowly, delivery) adds. Negative when the rule was looked at sooner than a whole
 * interval after the signal, or when the alert came while the group already waited.
 */
export function overheadOf(alert: AlertTimes, wait: Waiting): number | undefined {
  const asked = askedForSeconds(alert, wait)
  if (asked === undefined || alert.signalAt === undefined || alert.notifiedAt === undefined) return undefined
  return round((alert.notifiedAt - alert.signalAt) / 1000 - asked)
}

/**
 * The drill's overhead: the worst among the alerts of the first message. Those that join later are reported beside it.
 */
export function worstOverhead(
  alerts: readonly AlertTimes[],
  wait: Waiting,
): { seconds: number; detail: OverheadDetail; alert: AlertTimes } | undefined {
  let worst: { seconds: number; detail: OverheadDetail; alert: AlertTimes } | undefined
  for (const alert of alerts.filter((a) => a.inFirstMessage)) {
    const seconds = overheadOf(alert, wait)
    if (seconds === undefined || alert.rule === undefined || (worst !== undefined && worst.seconds >= seconds)) continue
    worst = {
      seconds,
      alert,
      detail: {
        alert: alert.name,
        signalToNotifiedSeconds: round(((alert.notifiedAt ?? 0) - (alert.signalAt ?? 0)) / 1000),
        intervalSeconds: alert.rule.intervalSeconds,
        forSeconds: alert.rule.forSeconds,
        groupWaitSeconds: firstWait(wait),
        groupWasThere: wait.groupWasThere,
      },
    }
  }
  return worst
}

export function toDetail(alert: AlertTimes, wait: Waiting | undefined): AlertDetail {
  return {
    name: alert.name,
    signalAt: iso(alert.signalAt),
    firingAt: iso(alert.firingAt),
    notifiedAt: iso(alert.notifiedAt),
    inFirstMessage: alert.inFirstMessage,
    overheadSeconds: wait === undefined ? null : (overheadOf(alert, wait) ?? null),
  }
}

export function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
