import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'
import { table } from '../grafana/table.ts'
import { words } from '../grafana/words.ts'
import { CACHE_SERVERS } from './selectors.ts'

/** Memory in use on each cache server, and its limit. */
export function redisMemory(id: number): Panel {
  return graph({
    id,
    title: 'Redis memory',
    description: [
      'Memory that each cache server uses, and the limit at which it begins to evict (0: no limit is set).',
      'Normal: below or at the limit; a cache may be full. A sudden fall: the server restarted empty, run `warm-up-cache`.',
    ].join(' '),
    unit: 'bytes',
    queries: [
      { expr: `redis_memory_used_bytes{${CACHE_SERVERS}}`, legend: '{{instance}}' },
      { expr: `redis_memory_max_bytes{${CACHE_SERVERS}}`, legend: '{{instance}} limit' },
    ],
    styles: [{ series: / limit$/, colour: COLOURS.bad, as: 'bound' }],
  })
}

/** Connections that each cache server holds. */
export function redisClients(id: number): Panel {
  return graph({
    id,
    title: 'Redis clients',
    description: [
      'Connections that each cache server holds. Normal: a few for each instance of the service, level.',
      'All on the standby: somebody switched with `use-standby-cache`. Climbing without end: connections leak.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `redis_connected_clients{${CACHE_SERVERS}}`, legend: '{{instance}}' }],
  })
}

/** Keys thrown out for want of memory. */
export function redisEvictions(id: number): Panel {
  return graph({
    id,
    title: 'Redis evictions',
    description: [
      'Keys per second that a cache server throws out because its memory is full. Normal: 0.',
      'Together with a falling hit ratio the cache is too small for what it should hold: raise its memory limit.',
    ].join(' '),
    unit: 'ops',
    queries: [{ expr: `rate(redis_evicted_keys_total{${CACHE_SERVERS}}[$__rate_interval])`, legend: '{{instance}}' }],
  })
}

/** Which cache server takes writes, and which one copies it. */
export function redisRoles(id: number): Panel {
  return table({
    id,
    title: 'Redis roles',
    description: [
      'master: takes writes. slave: a copy that refuses them; promote it (`promote-standby-cache`) before using it.',
      'Normal: one of each. Two masters: the one that came back does not follow, and the two will differ.',
    ].join(' '),
    unit: 'short',
    queries: [
      { expr: `max by (instance, role, redis_version) (redis_instance_info{${CACHE_SERVERS}})`, instant: true },
    ],
    noValue: 'No cache server answers',
    columns: [
      { from: 'instance', title: 'Server' },
      {
        from: 'role',
        title: 'Role',
        mappings: words({ master: { color: COLOURS.good }, slave: { color: COLOURS.expected } }),
      },
      { from: 'redis_version', title: 'Version' },
    ],
  })
}
