import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { REDIS, SERVICE } from './selectors.ts'

/** Tokens that the door refused. */
export function rejectedTokens(id: number): Panel {
  return graph({
    id,
    title: 'Refused tokens by reason',
    description: [
      'Requests per second that came without a good token or before their turn, by reason. Normal: a few, mostly not admitted or expired.',
      '`queue_token_invalid`, `..._of_another` in numbers: somebody forges or passes on tokens. It does not help them; note where it comes from.',
    ].join(' '),
    unit: 'reqps',
    queries: [{ expr: `sum by (reason) (waiting_room:rejected:rate1m{${SERVICE}})`, legend: '{{reason}}' }],
    stacked: true,
  })
}

/** Requests that fail because the room cannot be asked. */
export function unavailable(id: number): Panel {
  return graph({
    id,
    title: 'Door failures',
    description: [
      'Requests per second that fail because the waiting room does not answer: the door stays shut when nobody can know whose turn it is.',
      'Normal: 0. Above it: its Redis is down or hangs. `PUT /waiting-room` with mode static tells people; mode off lets everybody in.',
    ].join(' '),
    unit: 'reqps',
    queries: [{ expr: `waiting_room:unavailable:rate1m{${SERVICE}}`, legend: '{{service}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad, shades: true }],
  })
}

/** The ticker that moves the line when nobody calls. */
export function ticks(id: number): Panel {
  return graph({
    id,
    title: 'Admission job',
    description: [
      'Runs per second of the job that moves the line, over all instances. Normal: five per instance succeed, none fails.',
      'Failing: its Redis cannot be reached, or was lost and is being rebuilt. Fewer runs: an instance is down, or too busy to tick.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (outcome) (rate(job_runs_total{${SERVICE}, job="waiting-room-admission"}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
    styles: [
      { series: 'success', colour: COLOURS.good },
      { series: 'failed', colour: COLOURS.bad },
    ],
  })
}

/** What the room wrote in the log that should not happen often. */
export function events(id: number): Panel {
  return graph({
    id,
    title: 'Room events',
    description: [
      'What befell the room, per minute, from the log: connections lost and made, data lost and restored, the journal behind.',
      'Normal: 0 but at a start. `lost` then `restored`: Redis came back empty and was rebuilt. `journal_behind`: Postgres is slow or away.',
    ].join(' '),
    unit: 'suffix: /min',
    queries: [
      {
        expr: `60 * sum by (event) (rate(log_events_total{${SERVICE}, event=~"waiting_room[.].+"}[$__rate_interval]))`,
        legend: '{{event}}',
      },
    ],
  })
}

/** Memory of the room's Redis. */
export function redisMemory(id: number): Panel {
  return graph({
    id,
    title: "Memory of the room's Redis",
    description: [
      'Memory that the Redis of the room uses, and its limit. Normal: far below the limit; it follows the number of people.',
      'It never throws anything away: at the limit it refuses to write, so that nobody can join and nobody is let in.',
    ].join(' '),
    unit: 'bytes',
    queries: [
      { expr: `redis_memory_used_bytes{${REDIS}}`, legend: '{{instance}}' },
      { expr: `redis_memory_max_bytes{${REDIS}}`, legend: '{{instance}} limit' },
    ],
    styles: [{ series: / limit$/, colour: COLOURS.bad, as: 'bound' }],
  })
}

/** The file that outlasts a crash of the room's Redis. */
export function redisFile(id: number): Panel {
  return graph({
    id,
    title: 'Append-only file',
    description: [
      'Size of the file from which the Redis of the room comes back after a crash. Normal: climbs, and falls at each rewrite.',
      'Level while people join: it is not written, see "File written". Climbing without end: rewrites fail, the disk fills up.',
    ].join(' '),
    unit: 'bytes',
    queries: [{ expr: `redis_aof_current_size_bytes{${REDIS}}`, legend: '{{instance}}' }],
  })
}

/** Whether that file can be written. */
export function redisFileWritten(id: number): Panel {
  return graph({
    id,
    title: 'File written',
    description: [
      'Whether the append-only file is kept at all, and whether its last write and rewrite succeeded. Normal: all 1.',
      'Last write 0: the disk is full or broken, and Redis refuses to change anything: nobody can join until it is mended.',
    ].join(' '),
    unit: 'bool_on_off',
    queries: [
      { expr: `redis_aof_enabled{${REDIS}}`, legend: 'kept' },
      { expr: `redis_aof_last_write_status{${REDIS}}`, legend: 'last write' },
      { expr: `redis_aof_last_bgrewrite_status{${REDIS}}`, legend: 'last rewrite' },
    ],
    stepped: true,
    max: 1,
  })
}
