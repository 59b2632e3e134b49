import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { anySteps } from '../grafana/steps.ts'
import { words } from '../grafana/words.ts'
import { SERVICE, WORKER } from './selectors.ts'

/** Orders that were placed, per second. */
export function ordersNow(id: number): Panel {
  return stat({
    id,
    title: 'Orders placed',
    description: [
      'Orders per second that were taken over the last minute. Normal: as yesterday at this hour.',
      'A fall to zero while people still browse: nobody can order. See "Orders by outcome" for why.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `sum(orders:placed:rate1m{${SERVICE}})`, legend: 'placed' }],
    decimals: 1,
  })
}

/** Orders that were paid, per second. */
export function paidNow(id: number): Panel {
  return stat({
    id,
    title: 'Orders paid',
    description: [
      'Orders per second whose payment succeeded over the last minute. Normal: nearly as many as are placed, seconds later.',
      'Far fewer than placed: payments fail or wait. See "Payments failed", then the outbox.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `sum(orders:paid:rate1m{${WORKER}})`, legend: 'paid' }],
    decimals: 1,
  })
}

/** Failed / all attempts to pay; the worst service. */
export function paymentsFailedNow(id: number): Panel {
  return stat({
    id,
    title: 'Payments failed',
    description: [
      'Attempts to pay that failed / all, over the last minute, of orders and of seats, whichever is worse.',
      'A declined card or too low a balance does not count. Normal: 0 %. Above it: see which reason, and which provider.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `max(payments:failed:ratio1m{service=~"$service|$worker"})`, legend: 'failed' }],
    noValue: 'no payments',
    decimals: 1,
  })
}

/** Orders that come to no end. */
export function stuckNow(id: number): Panel {
  return stat({
    id,
    title: 'Orders stuck',
    description: [
      'Orders that have waited for the end of their payment for more than two minutes. Normal: none.',
      'Their buyers see "being paid" and ask support. The payment worker, the outbox or a provider stands still.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: `max(orders:stuck:max{${WORKER}})`, legend: 'stuck' }],
    thresholds: anySteps(COLOURS.bad),
    mappings: words({ 0: { text: 'none' } }),
    noValue: 'no worker',
  })
}

/** Age of the oldest event in the outbox. */
export function outboxAgeNow(id: number): Panel {
  return stat({
    id,
    title: 'Outbox oldest',
    description: [
      'How long the oldest undelivered event has waited: what was paid and is not yet in its order. Normal: below a few seconds.',
      'Climbing with the clock: the relay stands still (worker down, job paused), or one event cannot be delivered.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(outbox:oldest_seconds:max{${WORKER}})`, legend: 'oldest' }],
    noValue: 'no worker',
    decimals: 0,
  })
}

/** Coupons that were given out, per second. */
export function couponsNow(id: number): Panel {
  return stat({
    id,
    title: 'Coupons issued',
    description: [
      'Coupons per second that users were given. Normal: near 0 but in the minutes of a coupon drop.',
      'Zero during a drop: they are all taken, or issuing fails. "Coupons by outcome" tells the two apart.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `sum(rate(coupons_issued_total{${SERVICE}}[$__rate_interval]))`, legend: 'issued' }],
    decimals: 1,
  })
}
