import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { runbookLinks } from '../grafana/runbook-link.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { databaseLoad } from '../panels/database-load.ts'
import { firingAlertsCount, ON_OVERVIEW } from '../panels/firing-alerts.ts'
import type { Thresholds } from '../rules/thresholds.ts'
import { cpuNow, databaseUp, poolNow, queryTimeNow, replicaLagNow, timeoutsNow } from './figures.ts'
import { connections, connectionTimeouts, connectionWait, p99ByTable, queryTime, queryTimeByTable } from './queries.ts'
import { bufferHits, cpu, locks, longestTransaction, sessions } from './servers.ts'
import { checkpoints, reads, replicaLag, walWritten } from './writing.ts'

const INCIDENTS = 'incident=~"db-overload|cache-outage"'
const WHICH = 'alerts of the incident classes db-overload and cache-outage'

/** Panel ids are fixed: alerts link to them. New panels take new numbers. */
export function databaseDashboard(t: Thresholds, runbookBase?: string): Dashboard {
  return dashboard({
    uid: 'drillbook-database',
    title: 'Drillbook / Database',
    description:
      'Does the database answer in time, and if not, what holds it up: its cores, locks, the connections, or the replica?',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services that ask the database',
        metric: 'db_client_connection_max',
        of: 'service',
      }),
      labelVariable({
        name: 'database',
        label: 'Database',
        description: 'Database servers',
        metric: 'db:up',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(INCIDENTS), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: runbookLinks(runbookBase, [t.databaseLoad]),
    rows: [
      {
        height: 4,
        panels: [
          [databaseUp(20), 4],
          [cpuNow(21), 3],
          [queryTimeNow(22), 3],
          [poolNow(23), 3],
          [timeoutsNow(24), 3],
          [replicaLagNow(25), 3],
          [firingAlertsCount(26, INCIDENTS, WHICH, ON_OVERVIEW), 3],
          [activeFaults(27), 2],
        ],
      },
      {
        height: 6,
        panels: [
          [cpu(1), 6],
          [queryTime(2), 6],
          [connections(3), 6],
          [connectionTimeouts(4), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [databaseLoad(5, t), 5],
          [queryTimeByTable(6), 5],
          [p99ByTable(7), 5],
          [sessions(8), 5],
          [longestTransaction(9), 4],
        ],
      },
      {
        height: 6,
        panels: [
          [locks(10), 4],
          [connectionWait(11), 4],
          [replicaLag(12), 3],
          [reads(13), 4],
          [bufferHits(14), 3],
          [walWritten(15), 3],
          [checkpoints(16), 3],
        ],
      },
    ],
  })
}
