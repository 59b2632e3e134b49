/**
 * For people: the time of day where they are, with its zone, because Slack and the records say UTC. `15:04:05 GMT+2`.
 */
export function localTime(at: string | Date): string {
  return new Date(at).toLocaleTimeString('en-GB', { timeZoneName: 'short' })
}

/** The same with its day. */
export function localDateTime(at: string | Date): string {
  return new Date(at).toLocaleString('en-GB', { timeZoneName: 'short' })
}
