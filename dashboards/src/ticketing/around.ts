import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { reasons } from '../panels/outcomes.ts'
import { SERVICE, WORKER } from './selectors.ts'

/** Where the requests of a ticket buyer go. */
const ROUTES = '/api/v1/queue/.+|/api/v1/concerts.*|/api/v1/reservations.*|/api/v1/balance/.+|/api/v1/payment/.+'

/** Reservations that were not paid in time. */
export function expiredHolds(id: number): Panel {
  return graph({
    id,
    title: 'Holds expired',
    description: [
      'Reservations per minute that were not paid in time, so that their seats are free again. Normal: a small share of those made.',
      'Climbing: people reserve and cannot pay. Zero for long while people reserve: the job `hold-expiry` is paused or fails.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [{ expr: `60 * sum(rate(seat_holds_expired_total{${WORKER}}[$__rate_interval]))`, legend: 'expired' }],
    styles: [{ series: 'expired', colour: COLOURS.warning }],
  })
}

/** Balances read and recharged, which paying needs. */
export function balance(id: number): Panel {
  return graph({
    id,
    title: 'Balance',
    description: [
      'Requests to see (read) and to raise (recharge) a balance, per second, by outcome. Seats are paid from it.',
      'Normal: nearly all success. Recharging fails: payments are refused for too low a balance next.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (operation, outcome) (rate(operation_outcomes_total{${SERVICE}, operation=~"balance_.+"}[$__rate_interval]))`,
        legend: '{{operation}} {{outcome}}',
      },
    ],
    styles: [
      { series: / success$/, colour: COLOURS.good, shades: true },
      { series: / rejected$/, colour: COLOURS.expected, shades: true },
      { series: / failed$/, colour: COLOURS.bad, shades: true },
    ],
  })
}

/** Why browsing does not work. */
export function browsing(id: number): Panel {
  return reasons({
    id,
    title: 'Catalogue refused or failed',
    description: [
      'Why concert lists, schedules and seat maps were not shown, per second: refused in blue, failed in red. Normal: near 0.',
      'Without the catalogue nobody finds a seat. `overloaded`: it is shed first, on purpose, to keep payments alive.',
    ].join(' '),
    operations: 'concert_list|schedule_list|seat_map',
  })
}

/** How long each step takes. */
export function stepTime(id: number): Panel {
  const seconds = (suffix: string) =>
    `sum by (http_request_method, http_route) (rate(http_server_request_duration_seconds_${suffix}{${SERVICE}, http_route=~"${ROUTES}"}[$__rate_interval]))`
  return graph({
    id,
    title: 'Time of each step',
    description: [
      'Mean time of each request of a ticket buyer; a gap means that nobody asked. Normal: tens of milliseconds.',
      'One step far above the others is where buyers wait: reserving and paying wait for the database, seat maps for the cache.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: `${seconds('sum')} / (${seconds('count')} > 0)`, legend: '{{http_request_method}} {{http_route}}' },
    ],
  })
}

/** Share of the catalogue that the cache answers. */
export function catalogueCache(id: number): Panel {
  return graph({
    id,
    title: 'Catalogue from cache',
    description: [
      'Share of catalogue lookups that the cache answered, over one minute; a gap means no lookups. Normal: above 90 %.',
      'Low: every seat map is read from the database, which reserving and paying need. See the dashboard Cache.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `cache:hit_ratio{${SERVICE}}`, legend: '{{service}} {{cache}}' }],
    max: 1,
  })
}

/** Requests that were turned away to keep the rest alive. */
export function shed(id: number): Panel {
  return graph({
    id,
    title: 'Shed load by class',
    description: [
      'Requests per second that were refused for lack of capacity, by class: browsing goes first, payments last. Normal: 0.',
      'Only browse: protection works, add instances. purchase or payment as well: we lose sales, lower the admission rate.',
    ].join(' '),
    unit: 'reqps',
    queries: [
      { expr: `sum by (class) (rate(http_server_shed_total{${SERVICE}}[$__rate_interval]))`, legend: '{{class}}' },
    ],
    styles: [
      { series: 'browse', colour: COLOURS.degraded },
      { series: 'purchase', colour: COLOURS.warning },
      { series: 'payment', colour: COLOURS.bad },
    ],
    stacked: true,
  })
}
