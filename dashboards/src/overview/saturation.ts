import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'

const SERVICE = 'service=~"$service"'
const INSTANCE = '{{instance}}'

/** Requests that each instance is working on. */
export function activeRequests(id: number): Panel {
  return graph({
    id,
    title: 'Active requests',
    description: [
      'Requests being worked on, for each instance. Normal: request rate times latency, often below ten.',
      'Climbing at a level request rate: something behind the service is slow. One instance alone: that instance.',
    ].join(' '),
    unit: 'short',
    queries: [{ expr: `sum by (service, instance) (http_server_active_requests{${SERVICE}})`, legend: INSTANCE }],
  })
}

/** Connections to Postgres: in use, idle, the most there may be, and how many requests wait for one. */
export function postgresPool(id: number): Panel {
  return graph({
    id,
    title: 'Postgres pool',
    description: [
      'Connections to Postgres over all instances: used, idle, and the most there may be (max). Pending: requests that wait for one.',
      'Normal: used well below max, pending 0. Used at max with pending above 0: slow queries or too small a pool.',
    ].join(' '),
    unit: 'short',
    queries: [
      {
        expr: `sum by (db_client_connection_state) (db_client_connection_count{${SERVICE}})`,
        legend: '{{db_client_connection_state}}',
      },
      { expr: `sum(db_client_connection_max{${SERVICE}})`, legend: 'max' },
      { expr: `sum(db_client_connection_pending_requests{${SERVICE}})`, legend: 'pending' },
    ],
    styles: [
      { series: 'used', colour: COLOURS.expected },
      { series: 'idle', colour: COLOURS.good },
      { series: 'max', colour: COLOURS.neutral, as: 'bound' },
      { series: 'pending', colour: COLOURS.bad },
    ],
  })
}

/** Share of the time in which the one JavaScript thread was busy. */
export function eventLoop(id: number): Panel {
  const seconds = (selector: string) =>
    `sum by (service, instance) (rate(nodejs_eventloop_time_seconds_total{${selector}}[$__rate_interval]))`
  return graph({
    id,
    title: 'Event loop utilisation',
    description: [
      'Share of its time in which the one JavaScript thread of an instance is busy. Normal: below 60 %.',
      'Near 100 % every request waits for the thread: more instances help, more connections do not.',
    ].join(' '),
    unit: 'percentunit',
    queries: [
      { expr: `${seconds(`${SERVICE}, nodejs_eventloop_state="active"`)} / ${seconds(SERVICE)}`, legend: INSTANCE },
    ],
    max: 1,
  })
}

/** Heap that is still in use after a major garbage collection, and the limit at which the process dies. */
export function heap(id: number): Panel {
  return graph({
    id,
    title: 'Heap after GC vs limit',
    description: [
      'Heap still in use after a major garbage collection, and its limit. Empty until the first major collection.',
      'Normal: level. Climbing over hours without falling back: a leak; at the limit the process dies (exit 134).',
    ].join(' '),
    unit: 'bytes',
    queries: [
      {
        expr: `max by (service, instance) (nodejs_heap_size_after_major_gc_bytes{${SERVICE}})`,
        legend: INSTANCE,
      },
      { expr: `min by (service) (nodejs_heap_size_limit_bytes{${SERVICE}})`, legend: '{{service}} limit' },
    ],
    styles: [{ series: / limit$/, colour: COLOURS.bad, as: 'bound' }],
  })
}

/** Processor time that each instance uses, in cores. */
export function processCpu(id: number): Panel {
  return graph({
    id,
    title: 'Process CPU',
    description: [
      'Processor time of each instance; 100 % is one core. JavaScript alone cannot use more than one.',
      'Normal: follows the request rate. High at a level rate: expensive requests, or garbage collection of a full heap.',
    ].join(' '),
    unit: 'percentunit',
    queries: [
      {
        expr: `sum by (service, instance) (rate(process_cpu_seconds_total{${SERVICE}}[$__rate_interval]))`,
        legend: INSTANCE,
      },
    ],
  })
}
