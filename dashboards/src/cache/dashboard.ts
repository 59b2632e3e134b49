import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { runbookLinks } from '../grafana/runbook-link.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { databaseLoad } from '../panels/database-load.ts'
import { failedNow } from '../panels/failed-operations.ts'
import { firingAlertsCount, firingAlertsTable } from '../panels/firing-alerts.ts'
import { meanLatency, meanLatencyNow } from '../panels/latency.ts'
import type { Thresholds } from '../rules/thresholds.ts'
import { cacheUp, databaseLoadNow, errorsNow, hitRatioNow } from './figures.ts'
import { breakerOpen, cacheErrors, hitRatio, lookupsByResult, operationDuration } from './graphs.ts'
import { redisClients, redisEvictions, redisMemory, redisRoles } from './redis.ts'

const INCIDENT = 'incident="cache-outage"'
const WHICH = 'alerts of the incident class cache-outage'

/** Panel ids are fixed: alerts link to 1, 3, 4 and 5. New panels take new numbers. */
export function cacheDashboard(t: Thresholds, runbookBase?: string): Dashboard {
  return dashboard({
    uid: 'drillbook-cache',
    title: 'Drillbook / Cache',
    description:
      'Does the cache work, does the database bear it when it does not? Incident class cache-outage: `drillbook respond cache-outage`.',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services that look things up in a cache',
        metric: 'cache_lookups_total',
        of: 'service',
      }),
      labelVariable({
        name: 'database',
        label: 'Database',
        description: 'Databases that stand behind the cache',
        metric: 'db:transactions:rate1m',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(INCIDENT), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: runbookLinks(runbookBase, Object.values(t)),
    rows: [
      {
        height: 4,
        panels: [
          [meanLatencyNow(23, t.apiLatency), 3],
          [failedNow(24), 3],
          [hitRatioNow(20, t), 3],
          [errorsNow(21, t), 3],
          [cacheUp(4, t), 4],
          [databaseLoadNow(22, t), 3],
          [firingAlertsCount(25, INCIDENT, WHICH), 3],
          [activeFaults(26), 2],
        ],
      },
      {
        height: 7,
        panels: [
          [hitRatio(1, t), 6],
          [lookupsByResult(2), 6],
          [cacheErrors(3, t), 6],
          [databaseLoad(5, t), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [operationDuration(6), 6],
          [breakerOpen(7), 6],
          [meanLatency(8, t.apiLatency), 4],
          [firingAlertsTable(9, INCIDENT, WHICH), 8],
        ],
      },
      {
        height: 5,
        panels: [
          [redisMemory(10), 6],
          [redisClients(11), 6],
          [redisEvictions(12), 6],
          [redisRoles(13), 6],
        ],
      },
    ],
  })
}
