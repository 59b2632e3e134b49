import {
  Counter,
  createRegistry,
  Gauge,
  Histogram,
  type MetricsRegistry,
  secondsBuckets,
} from '@drillbook/instrumentation'
import type { Arrivals } from './arrivals.ts'
import type { CountRequest } from './client.ts'

/** What the generator says about the service as its users see it, and about itself. */
export interface TrafficMetrics {
  registry: MetricsRegistry
  countRequest: CountRequest
  watch(arrivals: Arrivals): void
}

export function trafficMetrics(): TrafficMetrics {
  const registry = createRegistry({ service: 'traffic' })
  const registers = [registry]
  const requests = new Counter({
    name: 'traffic_requests_total',
    help: 'Requests as the client saw them: success (2xx), rejected (4xx), failed (5xx, time-out, no or half an answer)',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of ['success', 'rejected', 'failed']) requests.inc({ outcome }, 0)
  const durations = new Histogram({
    name: 'traffic_request_duration_seconds',
    help: 'From the start of a request to its last byte, or to the moment it was given up',
    buckets: [...secondsBuckets],
    registers,
  })
  return {
    registry,
    countRequest: (outcome, seconds) => {
      requests.inc({ outcome })
      durations.observe(seconds)
    },
    watch: (arrivals) => {
      new Gauge({
        name: 'traffic_lag_seconds',
        help: 'How late arrivals were started, at worst in the last 10 s',
        registers,
        collect() {
          this.set(arrivals.lagMs / 1000)
        },
      })
      new Gauge({
        name: 'traffic_valid',
        help: '1 while the load is the one that was ordered: nothing started more than 1 s late and nothing dropped in the last 10 s',
        registers,
        collect() {
          this.set(arrivals.valid ? 1 : 0)
        },
      })
    },
  }
}
