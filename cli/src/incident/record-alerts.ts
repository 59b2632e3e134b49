import type { FiringAlert } from './firing-alerts.ts'
import type { IncidentRecord } from './record.ts'

/** Puts the alerts of this incident's class that fire, and are not yet known to, into its record. */
export function recordFiring(record: IncidentRecord, firing: readonly FiringAlert[]): void {
  const { incident, alerts } = record.state()
  const known = alerts.filter((a) => a.state === 'firing').map((a) => a.name)
  const mine = firing.filter((alert) => alert.incident === incident && !known.includes(alert.name))
  for (const { name, severity, summary, since } of new Map(mine.map((a) => [a.name, a])).values()) {
    record.append({ type: 'alert', state: 'firing', name, severity, summary, since })
  }
}

/** As recordFiring, and those that fire no more are resolved. `firing` has to be all that fires. */
export function recordFiringAndResolved(record: IncidentRecord, firing: readonly FiringAlert[]): void {
  recordFiring(record, firing)
  const over = record.state().alerts.filter((a) => a.state === 'firing' && !firing.some((f) => f.name === a.name))
  for (const { name } of over) record.append({ type: 'alert', state: 'resolved', name })
}
