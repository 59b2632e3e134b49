import { countImpact } from '../drill/impact.ts'
import type { Environment } from '../environment/environment.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import { alertsInPrometheus } from './firing-alerts.ts'
import type { IncidentRecord } from './record.ts'
import { recordFiringAndResolved } from './record-alerts.ts'

/**
 * Records what Prometheus knows of the end of an incident: the alerts that resolved, and what users of each service
 * went through since the first sign. `until`: the incident was closed then, and this is done later. Throws
 * `unreachable` when Prometheus does not answer; then nothing of the impact is recorded.
 */
export async function recordTheEnd(
  record: IncidentRecord,
  { prometheus }: { environment: Environment; prometheus: PrometheusClient },
  until?: string,
): Promise<void> {
  const firing = (await alertsInPrometheus(prometheus)).alerts
  const serving = await prometheus.query('count by (service) (http_server_request_duration_seconds_count)')
  const { alerts, openedAt, incident } = record.state()
  const ofThis = firing.filter((alert) => alert.incident === incident && (until === undefined || alert.since <= until))
  const from = [openedAt, ...[...alerts, ...ofThis].flatMap((a) => a.since ?? [])].toSorted()[0] ?? openedAt
  const to = new Date(until ?? Date.now())
  const counted = await Promise.all(
    serving.flatMap(({ labels: { service } }) =>
      service === undefined
        ? []
        : [countImpact(prometheus, service, new Date(from), to).then((impact) => ({ service, impact }))],
    ),
  )
  recordFiringAndResolved(record, ofThis)
  for (const { service, impact } of counted) {
    if (impact === undefined) continue // it has no counters of that time
    record.append({ type: 'impact', service, from, ...(until === undefined ? {} : { until }), ...impact })
  }
  record.append({ type: 'impact.recorded' })
}
