import type { Panel } from '@grafana/schema'
import { stat } from '../grafana/stat.ts'
import { SERVICE, succeeded } from './selectors.ts'

/** People per second who get a place in line. */
export function joinsNow(id: number): Panel {
  return stat({
    id,
    title: 'Joining',
    description: [
      'People per second who get a place in line, over the last minute. Normal: as yesterday; a steep climb when a sale opens.',
      'Zero during a sale: the room is closed or static, see the waiting room.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `sum(waiting_room:joins:rate1m{${SERVICE}})`, legend: 'joining' }],
    decimals: 1,
  })
}

/** People per second who are let in. */
export function admittedNow(id: number): Panel {
  return stat({
    id,
    title: 'Admitted',
    description: [
      'People per second who are let in to buy, over the last minute. Normal: as many as join, or the admission rate while a line waits.',
      'Zero while people wait: the house is full and nobody leaves it, or the line stands still.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `sum(waiting_room:admissions:rate1m{${SERVICE}})`, legend: 'admitted' }],
    decimals: 1,
  })
}

/** Reservations made, per second. */
export function reservedNow(id: number): Panel {
  return stat({
    id,
    title: 'Reserving',
    description: [
      'Requests per second that reserved seats. Normal: a steady share of those who are admitted.',
      'A fall while people are let in: seats are sold out (blue in "Reservations"), or reserving fails (red).',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: succeeded('seat_reserve'), legend: 'reserving' }],
    decimals: 1,
  })
}

/** Reservations paid, per second. */
export function paidNow(id: number): Panel {
  return stat({
    id,
    title: 'Paying',
    description: [
      'Requests per second that paid for reservations. Normal: most of those that reserve, within the minutes of a hold.',
      'Far fewer than reserve: balances are too low, holds run out, or paying fails.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: succeeded('reservation_pay'), legend: 'paying' }],
    decimals: 1,
  })
}

/** Share of reservations that are paid. */
export function paidShareNow(id: number): Panel {
  return stat({
    id,
    title: 'Paid of reserved',
    description: [
      'Payments / reservations over five minutes: the last step of the funnel. Normal: level, as last week at this hour.',
      'People take minutes to pay, so it starts low when a sale opens and may pass 100 % when it ends.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `min(tickets:paid_of_reserved:ratio5m{${SERVICE}})`, legend: 'paid' }],
    noValue: 'none reserved',
    decimals: 0,
  })
}
