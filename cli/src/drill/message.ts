import type { ReceivedMessage } from '../slack/received.ts'

/** The CLI's own messages begin with this, so that an exercise is not taken for an incident. */
export const DRILL_PREFIX = 'DRILL'

export function isDrillMessage(message: { text: string }): boolean {
  return message.text.trimStart().startsWith(DRILL_PREFIX)
}

/** Alertmanager's message that everything of this incident is over (alerts/slack.tmpl: "RESOLVED: incident in ..."). */
export function isResolved(message: { text: string }, incident: string): boolean {
  return !isDrillMessage(message) && new RegExp(`\\bRESOLVED\\b.*${escaped(incident)}`, 'i').test(message.text)
}

/**
 * A message that something of this incident fires. A message of `triage` that names the incident beside it
 * (alerts/slack.tmpl: "Fires as well: ...") is one of `triage` only.
 */
export function isFiring(message: { text: string }, incident: string): boolean {
  const own = message.text.replaceAll(/^Fires as well: .*$/gm, '')
  return !isDrillMessage(message) && !isResolved(message, incident) && own.includes(incident)
}

/**
 * The message that says that the incident is over, if no message about it came later. An earlier one belongs to an
 * earlier outbreak: the drill's own, or one that ended just as the drill began.
 */
export function lastResolved(messages: readonly ReceivedMessage[], incident: string): ReceivedMessage | undefined {
  const last = messages.findLast((m) => isFiring(m, incident) || isResolved(m, incident))
  return last !== undefined && isResolved(last, incident) ? last : undefined
}

/** The line that an on-call engineer copies. */
export function namesRunbook(message: { text: string }, incident: string): boolean {
  return message.text.includes(`drillbook respond ${incident}`)
}

/** The first message about the incident, and the first that names the alert. */
export function notificationOf(
  messages: readonly ReceivedMessage[],
  incident: string,
  alert: string,
): { message: ReceivedMessage; inFirst: boolean } | undefined {
  const firing = messages.filter((m) => isFiring(m, incident))
  const message = firing.find((m) => new RegExp(`\\b${escaped(alert)}\\b`).test(m.text))
  return message === undefined ? undefined : { message, inFirst: message === firing[0] }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
