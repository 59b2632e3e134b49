import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { failedNow } from '../panels/failed-operations.ts'
import { firingAlertsCount, ON_OVERVIEW } from '../panels/firing-alerts.ts'
import { balance, browsing, catalogueCache, expiredHolds, shed, stepTime } from './around.ts'
import { admittedNow, joinsNow, paidNow, paidShareNow, reservedNow } from './figures.ts'
import { conversion, failures, funnel, payments, refusals, reservations } from './funnel.ts'

const INCIDENTS = 'incident=~"traffic-surge|queue-malfunction|payment-failures"'
const WHICH = 'alerts of the incident classes traffic-surge, queue-malfunction and payment-failures'

/** Panel ids are fixed: alerts link to them. New panels take new numbers. */
export function ticketingDashboard(): Dashboard {
  return dashboard({
    uid: 'drillbook-ticketing',
    title: 'Drillbook / Ticketing funnel',
    description: 'How far do ticket buyers come, from the line to the receipt, and at which step do we lose them?',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services that sell seats',
        metric: 'waiting_room_joined_total',
        of: 'service',
      }),
      labelVariable({
        name: 'worker',
        label: 'Worker',
        description: 'Services that write down which holds have expired',
        metric: 'seat_holds_expired_total',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(INCIDENTS), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: [],
    rows: [
      {
        height: 4,
        panels: [
          [joinsNow(20), 3],
          [admittedNow(21), 3],
          [reservedNow(22), 3],
          [paidNow(23), 3],
          [paidShareNow(24), 3],
          [failedNow(25), 3],
          [firingAlertsCount(26, INCIDENTS, WHICH, ON_OVERVIEW), 3],
          [activeFaults(27), 3],
        ],
      },
      {
        height: 6,
        panels: [
          [funnel(1), 8],
          [conversion(2), 6],
          [reservations(3), 5],
          [payments(4), 5],
        ],
      },
      {
        height: 6,
        panels: [
          [refusals(5), 6],
          [failures(6), 6],
          [stepTime(7), 6],
          [expiredHolds(8), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [balance(9), 6],
          [browsing(10), 6],
          [catalogueCache(11), 6],
          [shed(12), 6],
        ],
      },
    ],
  })
}
