import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { runbookLinks } from '../grafana/runbook-link.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { failedNow } from '../panels/failed-operations.ts'
import { firingAlertsCount, firingAlertsTable } from '../panels/firing-alerts.ts'
import { meanLatency, meanLatencyNow } from '../panels/latency.ts'
import type { Thresholds } from '../rules/thresholds.ts'
import { alertingAlive, p99Now, requestRateNow, targetsDown } from './figures.ts'
import { activeRequests, eventLoop, heap, postgresPool, processCpu } from './saturation.ts'
import { failedRatio, outcomesByOperation, p99, requestRate, requestsByStatus } from './traffic.ts'
import { whatChanged } from './what-changed.ts'

/** The Watchdog always fires: it has a panel of its own. */
const ALL_BUT_WATCHDOG = 'alertname!="Watchdog"'
const WHICH = 'alerts of all services, the Watchdog aside,'

/** Panel ids are fixed: alerts link to 1, 2, 3 and 4. New panels take new numbers. */
export function overviewDashboard({ apiLatency }: Thresholds, runbookBase?: string): Dashboard {
  return dashboard({
    uid: 'drillbook-overview',
    title: 'Drillbook / Service overview',
    description:
      'Do users get what they came for, and if not, where does it stick? Start here when you do not know what is wrong.',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services that answer HTTP requests',
        metric: 'http_server_request_duration_seconds_count',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(ALL_BUT_WATCHDOG), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: runbookLinks(runbookBase, [apiLatency]),
    rows: [
      {
        height: 4,
        panels: [
          [requestRateNow(20), 3],
          [meanLatencyNow(21, apiLatency), 3],
          [p99Now(22), 3],
          [failedNow(23), 3],
          [firingAlertsCount(24, ALL_BUT_WATCHDOG, WHICH), 3],
          [alertingAlive(25), 3],
          [targetsDown(26), 3],
          [activeFaults(27), 3],
        ],
      },
      {
        height: 6,
        panels: [
          [requestRate(1), 6],
          [meanLatency(2, apiLatency), 6],
          [p99(3), 6],
          [failedRatio(4), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [outcomesByOperation(5), 6],
          [requestsByStatus(6), 6],
          [firingAlertsTable(12, ALL_BUT_WATCHDOG, WHICH), 7],
          [whatChanged(13), 5],
        ],
      },
      {
        height: 6,
        panels: [
          [activeRequests(7), 4],
          [postgresPool(8), 5],
          [eventLoop(9), 5],
          [heap(10), 5],
          [processCpu(11), 5],
        ],
      },
    ],
  })
}
