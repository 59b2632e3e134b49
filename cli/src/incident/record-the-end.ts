import { countImpact } from '../drill/impact.ts'
import type { Environment } from '../environment/environment.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import { firingAlerts } from './firing-alerts.ts'
import type { IncidentRecord } from './record.ts'
import { recordFiringAndResolved } from './record-alerts.ts'

/**
 * Records what Prometheus knows at the end of an incident: the alerts that resolved, and what users of each service
 * went through since the first sign. Throws `unreachable` when it does not answer.
 */
export async function recordTheEnd(
  record: IncidentRecord,
  { environment, prometheus }: { environment: Environment; prometheus: PrometheusClient },
): Promise<void> {
  recordFiringAndResolved(record, (await firingAlerts(environment, prometheus)).alerts)
  const { alerts, openedAt } = record.state()
  const from = [openedAt, ...alerts.flatMap((a) => a.since ?? [])].toSorted()[0] ?? openedAt
  const serving = await prometheus.query('count by (service) (http_server_request_duration_seconds_count)')
  for (const { labels } of serving) {
    const service = labels.service
    if (service === undefined) continue
    const impact = await countImpact(prometheus, service, new Date(from), new Date())
    record.append({ type: 'impact', service, from, ...impact })
  }
}
