import type { Panel } from '@grafana/schema'
import { COLOURS } from '../grafana/colours.ts'
import { stat } from '../grafana/stat.ts'
import { alertSteps, anySteps } from '../grafana/steps.ts'
import { words } from '../grafana/words.ts'
import { IDLE } from '../panels/latency.ts'

const SERVICE = 'service=~"$service"'

/** Requests per second over the last minute, all chosen services together. */
export function requestRateNow(id: number): Panel {
  return stat({
    id,
    title: 'Requests',
    description: [
      'Requests per second over the last minute, whatever the answer. Normal: as yesterday at this hour.',
      'A sudden fall to near zero means that users do not reach us at all: look at the load balancer, DNS and the network.',
    ].join(' '),
    unit: 'reqps',
    queries: [{ expr: `sum(service:http_requests:rate1m{${SERVICE}})`, legend: 'requests' }],
  })
}

/** The 99th percentile over the last minute; the slowest service when several are chosen. */
export function p99Now(id: number): Panel {
  return stat({
    id,
    title: 'p99 latency',
    description: [
      'One request in a hundred takes longer than this. Normal: below half a second.',
      'High while the mean is low: a few users suffer, often from one slow route or one slow instance.',
    ].join(' '),
    unit: 's',
    queries: [{ expr: `max(service:http_request_duration_seconds:p99_1m{${SERVICE}})`, legend: 'p99' }],
    noValue: IDLE,
  })
}

/** Scrape targets of any kind that do not answer. */
export function targetsDown(id: number): Panel {
  return stat({
    id,
    title: 'Targets down',
    description: [
      'How many targets Prometheus cannot scrape, of all services and not only the chosen ones. Normal: none.',
      'What a target that is down would tell is missing from every panel: a good figure may just be an absent one.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: 'count(up == 0) or vector(0)', legend: 'down' }],
    thresholds: anySteps(COLOURS.bad),
    mappings: words({ 0: { text: 'none' } }),
  })
}

/** Whether rules are evaluated at all: the Watchdog always fires. */
export function alertingAlive(id: number): Panel {
  return stat({
    id,
    title: 'Alerting',
    description: [
      'Whether Prometheus evaluates its alert rules: the Watchdog alert always fires. Normal: alive.',
      'DEAD: no alert can reach you, so trust the graphs and not the silence: `drillbook doctor` says what is missing.',
    ].join(' '),
    unit: 'none',
    queries: [{ expr: 'max(ALERTS{alertstate="firing", alertname="Watchdog"}) or vector(0)', legend: 'alerting' }],
    thresholds: alertSteps({ operator: '<', value: 1, severity: 'critical' }),
    mappings: words({ 0: { text: 'DEAD', color: COLOURS.bad }, 1: { text: 'alive', color: COLOURS.good } }),
  })
}
