import type { Panel } from '@grafana/schema'
import { COLOURS, OUTCOMES } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { REASON_STYLES } from '../panels/outcomes.ts'
import { WORKER } from './selectors.ts'

const BOTH = 'service=~"$service|$worker"'

/** How attempts to pay end, of orders and of seats. */
export function paymentsByOutcome(id: number): Panel {
  return graph({
    id,
    title: 'Payments by outcome',
    description: [
      'Attempts to pay per second, of orders (in the worker) and of seats. green: paid. blue: declined, no balance. red: failed.',
      'Normal: nearly all green. Blue climbs: a provider declines everybody, or prices are wrong. Red: see the reasons.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome) (rate(payment_attempts_total{${BOTH}}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
    styles: Object.entries(OUTCOMES).map(([series, colour]) => ({ series, colour })),
    stacked: true,
  })
}

/** Failed / all attempts, for orders and seats of their own. */
export function failedRatio(id: number): Panel {
  return graph({
    id,
    title: 'Payments failed',
    description: [
      'Failed attempts to pay / all, over one minute, by service: the worker pays orders, the API pays seats. A gap: no payments.',
      'Normal: 0 %. A refusal is no failure. In the worker: the providers. In the API: the database.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `payments:failed:ratio1m{${BOTH}}`, legend: '{{service}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad, shades: true }],
  })
}

/** Why payments were refused or failed. */
export function paymentReasons(id: number): Panel {
  return graph({
    id,
    title: 'Payment reasons',
    description: [
      'Why attempts to pay were refused (blue) or failed (red), per second. Normal: a few refusals, nothing red.',
      '`providers_exhausted`, `attempts_exhausted`: no provider answered in time. `insufficient_balance`, `hold_expired`: the buyer.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome, reason) (rate(payment_attempts_total{${BOTH}, outcome!="success"}[$__rate_interval]))`,
        legend: '{{outcome}} {{reason}}',
      },
    ],
    styles: REASON_STYLES,
  })
}

/** Requests to each provider by what was learnt from them. */
export function providerResults(id: number): Panel {
  return graph({
    id,
    title: 'Provider answers',
    description: [
      'Requests to each payment provider per second, by what was learnt. Normal: `charged` at the primary, some `declined`.',
      'Time-outs and errors leave it open whether money was taken: the worker asks again and never charges twice.',
    ].join(' '),
    unit: 'reqps',
    queries: [
      {
        expr: `sum by (provider, result) (rate(payment_provider_request_duration_seconds_count{${WORKER}}[$__rate_interval]))`,
        legend: '{{provider}} {{result}}',
      },
    ],
    styles: [
      { series: / charged$/, colour: COLOURS.good, shades: true },
      { series: / (declined|voided|absent)$/, colour: COLOURS.expected, shades: true },
      { series: / (timeout|not_connected|connection_lost|server_error)$/, colour: COLOURS.bad, shades: true },
    ],
  })
}

/** How long a provider takes. */
export function providerTime(id: number): Panel {
  return graph({
    id,
    title: 'Provider p99',
    description: [
      'One request in a hundred to this provider takes longer; a gap means that it was not asked. Normal: below 200 ms.',
      'At 2 s it is the time-out of our client: the provider hangs. `PUT /payments/provider` moves new payments to the other one.',
    ].join(' '),
    unit: 's',
    queries: [
      {
        expr: `histogram_quantile(0.99, sum by (provider, le) (rate(payment_provider_request_duration_seconds_bucket{${WORKER}}[$__rate_interval])))`,
        legend: '{{provider}}',
      },
    ],
  })
}

/** Whether new payments are kept away from a provider, and how many of its answers are none. */
export function providerFailures(id: number): Panel {
  return graph({
    id,
    title: 'Provider failures',
    description: [
      'Requests from which nothing was learnt / all, by provider, and whether its breaker is open (1). A gap: it was not asked.',
      'Normal: 0. Open: new payments go to the other provider until a trial succeeds. Both open: nobody can pay for orders.',
    ].join(' '),
    unit: 'percentunit',
    queries: [
      { expr: `payments:provider_failed:ratio1m{${WORKER}}`, legend: '{{provider}} failed' },
      { expr: `max by (provider) (payment_provider_breaker_open{${WORKER}})`, legend: '{{provider}} breaker open' },
    ],
    styles: [
      { series: / failed$/, colour: COLOURS.bad, shades: true },
      { series: / breaker open$/, colour: COLOURS.degraded, as: 'bound' },
    ],
    stepped: true,
    max: 1,
  })
}
