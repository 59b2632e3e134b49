import type { Panel } from '@grafana/schema'
import { COLOURS, OUTCOMES } from '../grafana/colours.ts'
import { graph } from '../grafana/graph.ts'

const SERVICE = 'service=~"$service"'

/** Requests per second for each service. */
export function requestRate(id: number): Panel {
  return graph({
    id,
    title: 'Request rate',
    description: [
      'Requests per second over one minute. Normal: the shape of yesterday.',
      'A cliff means that users do not reach us; a steep climb is a surge: see whether latency climbs with it.',
    ].join(' '),
    unit: 'reqps',
    queries: [{ expr: `service:http_requests:rate1m{${SERVICE}}`, legend: '{{service}}' }],
  })
}

/** 99th percentile of the time to answer, for each service. */
export function p99(id: number): Panel {
  return graph({
    id,
    title: 'p99 latency',
    description: [
      'One request in a hundred takes longer, over one minute; as exact as the histogram buckets are (…0.3, 0.5, 0.8, 1, 2 s…).',
      'Normal: below half a second. It climbs before the mean does: an early sign of queueing.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `service:http_request_duration_seconds:p99_1m{${SERVICE}}`, legend: '{{service}}' }],
  })
}

/** Failed / all operations, for each service. */
export function failedRatio(id: number): Panel {
  return graph({
    id,
    title: 'Failed ratio',
    description: [
      'Failed operations / all operations over one minute: errors, time-outs, shed load. A refusal is not a failure.',
      'Normal: 0 %. Above it, see "Outcomes by operation" for what fails and "Requests by status" for how.',
    ].join(' '),
    unit: 'percentunit',
    queries: [{ expr: `service:operations_failed:ratio1m{${SERVICE}}`, legend: '{{service}}' }],
    styles: [{ series: /.+/, colour: COLOURS.bad, shades: true }],
  })
}

/** Operations per second: one colour for each outcome, one shade for each operation. */
export function outcomesByOperation(id: number): Panel {
  return graph({
    id,
    title: 'Outcomes by operation',
    description: [
      'green, success: done. blue, rejected: the business said no, as designed (sold out, not your turn).',
      'red, failed: our fault, a dependency, or too little capacity. Only red is a failure. Normal: green, some blue.',
      'All blue and no green is suspicious, too: a bug may be refusing everybody.',
    ].join(' '),
    unit: 'ops',
    queries: [
      {
        expr: `sum by (operation, outcome) (rate(operation_outcomes_total{${SERVICE}}[$__rate_interval]))`,
        legend: '{{operation}} {{outcome}}',
      },
    ],
    styles: Object.entries(OUTCOMES).map(([outcome, colour]) => ({
      series: new RegExp(` ${outcome}$`),
      colour,
      shades: true,
    })),
    stacked: true,
  })
}

/** Requests per second by HTTP status code. */
export function requestsByStatus(id: number): Panel {
  return graph({
    id,
    title: 'Requests by status',
    description: [
      'Requests per second by HTTP status. 2xx: answered. 4xx: refused; 429 can mean that we are full. 5xx: failed.',
      'Normal: nearly all green. 503: shed load or a dependency; 500: a bug, see the logs; 504: a time-out behind us.',
    ].join(' '),
    unit: 'reqps',
    queries: [
      {
        expr: `sum by (http_response_status_code) (rate(http_server_request_duration_seconds_count{${SERVICE}}[$__rate_interval]))`,
        legend: '{{http_response_status_code}}',
      },
    ],
    styles: [
      { series: /^[23]/, colour: COLOURS.good, shades: true },
      { series: /^4/, colour: COLOURS.expected, shades: true },
      { series: /^5/, colour: COLOURS.bad, shades: true },
    ],
    stacked: true,
  })
}
