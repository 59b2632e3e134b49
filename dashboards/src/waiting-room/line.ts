import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { SERVICE } from './selectors.ts'

/** People in line and in the house, against what it holds. */
export function people(id: number): Panel {
  return graph({
    id,
    title: 'Waiting and admitted',
    description: [
      'People in line, people who were let in, and how many may be in at a time (capacity).',
      'Normal: admitted at or below capacity; a line only while it is there. Waiting with admitted below capacity: see "Line moves".',
    ].join(' '),
    unit: 'short',
    queries: [
      { expr: `max(waiting_room:tokens:max{${SERVICE}, state="waiting"})`, legend: 'waiting' },
      { expr: `max(waiting_room:tokens:max{${SERVICE}, state="admitted"})`, legend: 'admitted' },
      { expr: `max(waiting_room:capacity:max{${SERVICE}})`, legend: 'capacity' },
    ],
    styles: [
      { series: 'waiting', colour: COLOURS.degraded },
      { series: 'admitted', colour: COLOURS.good },
      { series: 'capacity', colour: COLOURS.neutral, as: 'bound' },
    ],
  })
}

/** How fast people come, are let in and leave. */
export function movement(id: number): Panel {
  const perSecond = (what: string) => `sum(rate(waiting_room_${what}_total{${SERVICE}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Line moves',
    description: [
      'People per second who join, are let in, and are done, and the most that may be let in (limit).',
      'Normal: admitted follows joined, or runs at the limit while a line waits. Done falls behind admitted: the house fills up.',
    ].join(' '),
    unit: 'ops',
    queries: [
      { expr: perSecond('joined'), legend: 'joined' },
      { expr: perSecond('admitted'), legend: 'admitted' },
      { expr: perSecond('completed'), legend: 'done' },
      { expr: `max(waiting_room_admissions_per_second_limit{${SERVICE}})`, legend: 'limit' },
    ],
    styles: [
      { series: 'joined', colour: COLOURS.expected },
      { series: 'admitted', colour: COLOURS.good },
      { series: 'done', colour: COLOURS.chosen },
      { series: 'limit', colour: COLOURS.neutral, as: 'bound' },
    ],
  })
}

/** Places that ended without a purchase. */
export function lostPlaces(id: number): Panel {
  const perMinute = (what: string) => `60 * sum(rate(waiting_room_${what}_total{${SERVICE}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Given up and lost',
    description: [
      'People per minute who left the line or fell silent (abandoned), whose turn or token ran out (expired), or who lost their place (dropped).',
      'Normal: some abandon and expire; dropped is 0, always. Abandoning climbs with the wait, or when the page does not answer.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      { expr: perMinute('abandoned'), legend: 'abandoned' },
      { expr: perMinute('expired'), legend: 'expired' },
      { expr: perMinute('dropped'), legend: 'dropped' },
    ],
    styles: [
      { series: 'abandoned', colour: COLOURS.degraded },
      { series: 'expired', colour: COLOURS.expected },
      { series: 'dropped', colour: COLOURS.bad },
    ],
  })
}

/** How long those who were let in had waited. */
export function waits(id: number): Panel {
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(waiting_room_wait_seconds_bucket{${SERVICE}}[$__rate_interval])))`
  return graph({
    id,
    title: 'Time in line',
    description: [
      'How long people had waited when they were let in: half of them less than p50, 1 in 20 more than p95, 1 in 100 more than p99.',
      'Normal: near 0 without a line. A gap while people wait means that nobody is let in. p99 far above p50: some were passed over.',
    ].join(' '),
    unit: 's',
    queries: [
      { expr: quantile(0.5), legend: 'p50' },
      { expr: quantile(0.95), legend: 'p95' },
      { expr: quantile(0.99), legend: 'p99' },
    ],
  })
}

/** How long the first in line has waited. */
export function oldestWait(id: number): Panel {
  return graph({
    id,
    title: 'Oldest wait',
    description: [
      'How long the first in line has waited. Normal: 0 without a line, level with one.',
      'A straight climb of a second per second: nobody is let in. Unlike "Time in line" it also speaks while the line stands still.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `waiting_room:oldest_wait_seconds:max{${SERVICE}}`, legend: '{{service}}' }],
  })
}

/** People who were let in out of turn. */
export function inversions(id: number): Panel {
  return graph({
    id,
    title: 'Out of turn',
    description: [
      'People per minute who were let in after somebody who had joined later. Normal: 0, always: the order of joining is what the room promises.',
      'Above it the order in Redis is not the order of joining: restore the room from its journal (`POST /waiting-room/restore`).',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [{ expr: `60 * waiting_room:inversions:rate1m{${SERVICE}}`, legend: '{{service}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad }],
  })
}
