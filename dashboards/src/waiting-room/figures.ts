import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { words } from '../grafana/words.ts'
import { SERVICE } from './selectors.ts'

const NO_ROOM = 'no room'

/** People in line. */
export function waitingNow(id: number): Panel {
  return stat({
    id,
    title: 'Waiting',
    description: [
      'People in line at this moment. Normal: 0 on a quiet day, thousands when a sale opens.',
      'Climbing while the house is not full: nobody is let in. Falling together with "Abandoned": people give up.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `max(waiting_room:tokens:max{${SERVICE}, state="waiting"})`, legend: 'waiting' }],
    noValue: NO_ROOM,
  })
}

/** How full the house is. */
export function fullnessNow(id: number): Panel {
  return stat({
    id,
    title: 'House full',
    description: [
      'Admitted people / capacity. Normal: below 100 % without a line, 100 % with one. More than 100 %: the capacity was lowered.',
      'Below 100 % while people wait: the admission rate is what holds them, or the line stands still.',
    ].join(' '),
    unit: 'percentunit',
    queries: [
      {
        expr: `max(waiting_room:tokens:max{${SERVICE}, state="admitted"} / ignoring (state) (waiting_room:capacity:max{${SERVICE}} > 0))`,
        legend: 'full',
      },
    ],
    noValue: 'capacity 0',
    decimals: 0,
  })
}

/** How long the first in line has waited. */
export function oldestWaitNow(id: number): Panel {
  return stat({
    id,
    title: 'Oldest wait',
    description: [
      'How long the first in line has waited. Normal: 0 without a line; else about people waiting / admissions per second.',
      'Climbing with the clock: nobody is let in. Look at the mode, the admission rate and the Redis of the room.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(waiting_room:oldest_wait_seconds:max{${SERVICE}})`, legend: 'oldest' }],
    noValue: NO_ROOM,
    decimals: 0,
  })
}

/** Whether people wait, stand still, or walk in. */
export function modeNow(id: number): Panel {
  return stat({
    id,
    title: 'Mode',
    description: [
      'How instances run the room, each mode with the number of instances. Normal: all live.',
      'static: the line stands still and a page says so. off: everybody walks in. Several at once: an instance did not hear of the change.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: `sum by (mode) (waiting_room_mode{${SERVICE}}) > 0`, legend: '{{mode}}' }],
    noValue: NO_ROOM,
    named: true,
  })
}

/** 1 or 0 for the room's Redis. */
export function redisUp(id: number): Panel {
  return stat({
    id,
    title: "Room's Redis",
    description: [
      'Whether the Redis of the waiting room answers. Normal: UP. DOWN also when it hangs or its exporter cannot be scraped.',
      'While it is down nobody is let in, and nobody can reserve: places are kept in its file and in the journal.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: 'waiting_room:redis_up', legend: '{{instance}}' }],
    mappings: words({ 0: { text: 'DOWN', color: COLOURS.bad }, 1: { text: 'UP', color: COLOURS.good } }),
    noValue: 'nothing scraped',
  })
}

/** People per minute whom the room wronged. */
export function wrongedNow(id: number): Panel {
  return stat({
    id,
    title: 'Out of turn or dropped',
    description: [
      'People per minute who were let in after somebody who had joined later, or who lost their place. Normal: 0, always.',
      'Any at all breaks what the room promises: restore it (`POST /waiting-room/restore`) and find out why.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      {
        expr: `60 * (sum(waiting_room:inversions:rate1m{${SERVICE}}) + sum(waiting_room:dropped:rate1m{${SERVICE}}))`,
        legend: 'wronged',
      },
    ],
    noValue: NO_ROOM,
    decimals: 0,
  })
}
