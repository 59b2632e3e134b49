import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { outcomes, reasons } from '../panels/outcomes.ts'
import { OPERATIONS, SERVICE, succeeded } from './selectors.ts'

const joined = `sum(rate(waiting_room_joined_total{${SERVICE}}[$__rate_interval]))`
const admitted = `sum(rate(waiting_room_admitted_total{${SERVICE}}[$__rate_interval]))`

/** Each step of the way to a ticket, per second. */
export function funnel(id: number): Panel {
  return graph({
    id,
    title: 'Funnel',
    description: [
      'Each step to a ticket, per second: joining the line, being let in, looking at a seat map, reserving, paying.',
      'Normal: all move together, each below the one before (a visitor looks at several maps). The first line that falls away is the broken step.',
    ].join(' '),
    unit: 'ops',
    queries: [
      { expr: joined, legend: '1 join' },
      { expr: admitted, legend: '2 admitted' },
      { expr: succeeded('seat_map'), legend: '3 seat map' },
      { expr: succeeded('seat_reserve'), legend: '4 reserve' },
      { expr: succeeded('reservation_pay'), legend: '5 pay' },
    ],
    styles: [
      { series: '1 join', colour: COLOURS.neutral },
      { series: '2 admitted', colour: COLOURS.chosen },
      { series: '3 seat map', colour: COLOURS.degraded },
      { series: '4 reserve', colour: COLOURS.expected },
      { series: '5 pay', colour: COLOURS.good },
    ],
  })
}

/** How much of one step comes to the next. */
export function conversion(id: number): Panel {
  return graph({
    id,
    title: 'Conversion',
    description: [
      'Each step / the one before it, over five minutes; a gap means that nobody was there. Normal: level, whatever the traffic.',
      'A fall names the step that loses people. People take minutes from step to step, so the start of a sale looks worse than it is.',
    ].join(' '),
    unit: 'percentunit',
    queries: [
      { expr: `tickets:admitted_of_joined:ratio5m{${SERVICE}}`, legend: '{{service}} admitted of joined' },
      { expr: `tickets:reserved_of_admitted:ratio5m{${SERVICE}}`, legend: '{{service}} reserved of admitted' },
      { expr: `tickets:paid_of_reserved:ratio5m{${SERVICE}}`, legend: '{{service}} paid of reserved' },
    ],
    styles: [
      { series: / admitted of joined$/, colour: COLOURS.chosen, shades: true },
      { series: / reserved of admitted$/, colour: COLOURS.expected, shades: true },
      { series: / paid of reserved$/, colour: COLOURS.good, shades: true },
    ],
  })
}

/** How attempts to reserve end. */
export function reservations(id: number): Panel {
  return outcomes({
    id,
    title: 'Reservations',
    description: [
      'Attempts to reserve seats. green: held. blue, rejected: seat taken, not your turn, too many seats. red, failed: our fault.',
      'Normal: green, and blue that grows as seats run out. Blue without any green while seats are free: a bug refuses everybody.',
    ].join(' '),
    operations: 'seat_reserve',
  })
}

/** How attempts to pay for reservations end. */
export function payments(id: number): Panel {
  return outcomes({
    id,
    title: 'Payments of seats',
    description: [
      'Attempts to pay for reservations. green: paid. blue, rejected: too low a balance, hold expired. red, failed: our fault.',
      'Normal: nearly all green. Red here costs a seat that somebody waited for: take it before anything else.',
    ].join(' '),
    operations: 'reservation_pay',
  })
}

/** Why buyers were refused. */
export function refusals(id: number): Panel {
  return reasons({
    id,
    title: 'Refused or failed, by reason',
    description: [
      'Why reserving and paying did not succeed, per second: refusals in blue, failures in red. Normal: `seat_taken`, nothing red.',
      '`queue_...`: without a turn, see the waiting room. `overloaded`: load is shed. `database_unavailable`: see Database.',
    ].join(' '),
    operations: 'seat_reserve|reservation_pay',
  })
}

/** Which step fails. */
export function failures(id: number): Panel {
  return graph({
    id,
    title: 'Failed by operation',
    description: [
      'Operations of ticket buyers that failed, per second: errors, time-outs and shed load. Normal: 0.',
      'Browsing alone fails: load is being shed on purpose, to keep reserving and paying alive. Paying fails: act now.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (operation) (rate(operation_outcomes_total{${SERVICE}, operation=~"${OPERATIONS}", outcome="failed"}[$__rate_interval]))`,
        legend: '{{operation}}',
      },
    ],
    stacked: true,
  })
}
