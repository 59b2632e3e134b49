import type { Panel } from '@grafana/schema'
import { graph } from '../grafana/graph.ts'
import { stat } from '../grafana/stat.ts'
import { alertSteps } from '../grafana/steps.ts'
import { alertSentence } from '../rules/sentence.ts'
import type { Threshold } from '../rules/thresholds.ts'

/** What stands in a figure that has no meaning without requests. */
export const IDLE = 'no traffic'

const MEAN = 'service:http_request_duration_seconds:mean1m{service=~"$service"}'

/** The mean time to answer, now. */
export function meanLatencyNow(id: number, apiLatency: Threshold): Panel {
  return stat({
    id,
    title: 'Mean latency',
    description: [
      'What a request costs its user on average over the last minute; the slowest service when several are chosen.',
      `Normal: tens of milliseconds. ${alertSentence(apiLatency, 's')}`,
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(${MEAN})`, legend: 'mean' }],
    thresholds: alertSteps(apiLatency),
    noValue: IDLE,
  })
}

/** The mean time to answer over time, with the alert's line. */
export function meanLatency(id: number, apiLatency: Threshold): Panel {
  return graph({
    id,
    title: 'Mean latency',
    description: [
      'Mean time to answer, over one minute. Normal: tens of milliseconds, level. The dashed line is where the alert starts.',
      `When it climbs, see whether the database load climbed with it. ${alertSentence(apiLatency, 's')}`,
    ].join(' '),
    unit: 's',
    queries: [{ expr: MEAN, legend: '{{service}}' }],
    alert: apiLatency,
  })
}
