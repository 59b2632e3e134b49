import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { firingAlertsCount, ON_OVERVIEW } from '../panels/firing-alerts.ts'
import { couponsNow, ordersNow, outboxAgeNow, paidNow, paymentsFailedNow, stuckNow } from './figures.ts'
import { coupons, inquiries, orderFunnel, orderRefusals, ordersByOutcome, stuckOrders } from './orders.ts'
import {
  failedRatio,
  paymentReasons,
  paymentsByOutcome,
  providerFailures,
  providerResults,
  providerTime,
} from './payments.ts'
import { invariants, jobRuns, jobsPaused, outboxOldest, outboxPending } from './work.ts'

const INCIDENTS = 'incident=~"payment-failures|coupon-rush|traffic-surge"'
const WHICH = 'alerts of the incident classes payment-failures, coupon-rush and traffic-surge'

/** Panel ids are fixed: alerts link to them. New panels take new numbers. */
export function commerceDashboard(): Dashboard {
  return dashboard({
    uid: 'drillbook-commerce',
    title: 'Drillbook / Commerce',
    description:
      'Do orders come in, are they paid, and if not: stock, coupons, a payment provider, or the work behind it?',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services that take orders',
        metric: 'coupons_issued_total',
        of: 'service',
      }),
      labelVariable({
        name: 'worker',
        label: 'Worker',
        description: 'Services that charge and settle orders',
        metric: 'outbox_pending',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(INCIDENTS), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: [],
    rows: [
      {
        height: 4,
        panels: [
          [ordersNow(20), 3],
          [paidNow(21), 3],
          [paymentsFailedNow(22), 3],
          [stuckNow(23), 3],
          [outboxAgeNow(24), 3],
          [couponsNow(25), 3],
          [firingAlertsCount(26, INCIDENTS, WHICH, ON_OVERVIEW), 3],
          [activeFaults(27), 3],
        ],
      },
      {
        height: 6,
        panels: [
          [ordersByOutcome(1), 6],
          [orderFunnel(2), 6],
          [paymentsByOutcome(3), 6],
          [failedRatio(4), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [orderRefusals(5), 4],
          [paymentReasons(6), 4],
          [providerResults(7), 4],
          [providerTime(8), 4],
          [providerFailures(9), 4],
          [stuckOrders(10), 4],
        ],
      },
      {
        height: 6,
        panels: [
          [outboxPending(11), 3],
          [outboxOldest(12), 3],
          [coupons(13), 4],
          [inquiries(14), 4],
          [jobRuns(15), 4],
          [jobsPaused(16), 3],
          [invariants(17), 3],
        ],
      },
    ],
  })
}
