import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { outcomes, reasons } from '../panels/outcomes.ts'
import { SERVICE, WORKER } from './selectors.ts'

/** How attempts to order end. */
export function ordersByOutcome(id: number): Panel {
  return outcomes({
    id,
    title: 'Orders by outcome',
    description: [
      'Attempts to order. green: taken. blue, rejected: out of stock, price changed, coupon used. red, failed: our fault.',
      'Normal: nearly all green. All blue and no green is suspicious, too: a bug may be refusing everybody.',
    ].join(' '),
    operations: 'order_place',
  })
}

/** What becomes of orders: each state change is counted once, in the service that makes it. */
export function orderFunnel(id: number): Panel {
  const events = (event: string, selector: string) =>
    `sum(rate(log_events_total{${selector}, event="order.${event}"}[$__rate_interval]))`
  return graph({
    id,
    title: 'From placed to paid',
    description: [
      'Orders per second that were placed, paid, whose payment failed or was declined, and that were cancelled unpaid.',
      'Normal: paid follows placed within seconds. Placed without paid: they wait for their payment and become stuck.',
    ].join(' '),
    unit: 'ops',
    queries: [
      { expr: events('placed', SERVICE), legend: 'placed' },
      { expr: events('paid', WORKER), legend: 'paid' },
      { expr: events('payment_failed', WORKER), legend: 'payment failed' },
      { expr: events('payment_retried', SERVICE), legend: 'tried again' },
      { expr: events('cancelled', WORKER), legend: 'cancelled' },
    ],
    styles: [
      { series: 'placed', colour: COLOURS.expected },
      { series: 'paid', colour: COLOURS.good },
      { series: 'payment failed', colour: COLOURS.bad },
      { series: 'tried again', colour: COLOURS.degraded },
      { series: 'cancelled', colour: COLOURS.warning },
    ],
  })
}

/** Why no order came of an attempt: stock, price, coupon, or our fault. */
export function orderRefusals(id: number): Panel {
  return reasons({
    id,
    title: 'Orders refused or failed',
    description: [
      'Attempts to order that were refused (blue) or failed (red), per second, by reason. `out_of_stock`: the stock refused it.',
      'Normal: a few refusals. Many `out_of_stock`: a product is sold out. `overloaded`: we shed load. `database_unavailable`: see Database.',
    ].join(' '),
    operations: 'order_place',
  })
}

/** Orders that have waited for too long for the end of their payment. */
export function stuckOrders(id: number): Panel {
  return graph({
    id,
    title: 'Orders stuck',
    description: [
      'Orders that have waited for the end of their payment for more than two minutes. Normal: 0.',
      'Climbing: nothing settles them. See "Jobs" for a paused or failing job and "Provider failures"; they go on by themselves afterwards.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `orders:stuck:max{${WORKER}}`, legend: '{{service}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad }],
    stepped: true,
  })
}

/** How attempts to get a coupon end, and why not. */
export function coupons(id: number): Panel {
  return graph({
    id,
    title: 'Coupons by outcome',
    description: [
      'Attempts to get a coupon per second: issued (green), refused (blue: all taken, has one already), failed (red).',
      'Normal: level but in a coupon drop. Red or a fall of green before `coupon_sold_out` shows: issuing is too slow for the rush.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome, reason) (rate(operation_outcomes_total{${SERVICE}, operation="coupon_issue"}[$__rate_interval]))`,
        legend: '{{outcome}} {{reason}}',
      },
      { expr: `sum(rate(coupons_issued_total{${SERVICE}}[$__rate_interval]))`, legend: 'issued' },
    ],
    styles: [
      { series: /^success/, colour: COLOURS.good, shades: true },
      { series: 'issued', colour: COLOURS.good },
      { series: /^rejected/, colour: COLOURS.expected, shades: true },
      { series: /^failed/, colour: COLOURS.bad, shades: true },
    ],
  })
}

/** What users ask support, per minute. */
export function inquiries(id: number): Panel {
  return graph({
    id,
    title: 'Inquiries by topic',
    description: [
      'Inquiries to support per minute, by topic. Normal: level, as yesterday at this hour.',
      'A topic that climbs names what is broken for users, often before our own figures do. Tell support what we know.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      {
        expr: `60 * sum by (topic) (rate(support_inquiries_total{${SERVICE}}[$__rate_interval]))`,
        legend: '{{topic}}',
      },
    ],
    stacked: true,
  })
}
