import { counter, createRegistry, gauge, histogram, type MetricsRegistry } from '@drillbook/instrumentation'
import type { Arrivals } from './arrivals.ts'
import type { ClientOutcome } from './client.ts'
import type { OrderedLoad } from './load.ts'
import { JOURNEYS, type JourneyName } from './shares.ts'
import { type CountRequest, STEPS } from './visitor.ts'

/** What the generator says about the service as its users see it, and about itself. */
export interface TrafficMetrics {
  registry: MetricsRegistry
  countRequest: CountRequest
  countJourney: (journey: JourneyName, outcome: ClientOutcome) => void
  watch(arrivals: Arrivals, load: OrderedLoad): void
}

export function trafficMetrics(): TrafficMetrics {
  const registry = createRegistry({ service: 'traffic' })
  const requests = counter(registry, {
    name: 'traffic_requests_total',
    help: 'Requests as the client saw them: success (2xx), rejected (4xx), failed (5xx, time-out, no or half an answer)',
    labelNames: ['step', 'outcome'],
  })
  const journeys = counter(registry, {
    name: 'traffic_journeys_total',
    help: 'Journeys that have ended, by the worst that happened on the way',
    labelNames: ['journey', 'outcome'],
  })
  for (const outcome of ['success', 'rejected', 'failed']) {
    for (const step of STEPS) requests.inc({ step, outcome }, 0)
    for (const journey of JOURNEYS) journeys.inc({ journey, outcome }, 0)
  }
  const durations = histogram(registry, {
    name: 'traffic_request_duration_seconds',
    help: 'From the start of a request to its last byte, or to the moment it was given up',
  })
  return {
    registry,
    countRequest: (step, outcome, seconds) => {
      requests.inc({ step, outcome })
      // A stream lasts as long as there is something to tell: that is no answering time.
      if (step !== 'order_events') durations.observe(seconds)
    },
    countJourney: (journey, outcome) => journeys.inc({ journey, outcome }),
    watch: (arrivals, load) => {
      gauge(registry, {
        name: 'traffic_lag_seconds',
        help: 'How late arrivals were started, at worst in the last 10 s',
        collect() {
          this.set(arrivals.lagMs / 1000)
        },
      })
      gauge(registry, {
        name: 'traffic_valid',
        help: '1 while the load is the one that was ordered: nothing started more than 1 s late and nothing dropped in the last 10 s',
        collect() {
          this.set(arrivals.valid ? 1 : 0)
        },
      })
      gauge(registry, {
        name: 'traffic_journeys_per_second',
        help: 'Journeys per second that are ordered, by kind',
        labelNames: ['journey'],
        collect() {
          for (const journey of JOURNEYS) this.set({ journey }, load.perSecond(journey))
        },
      })
      gauge(registry, {
        name: 'traffic_surge_active',
        help: '1 while another load is ordered than the one of the start',
        collect() {
          this.set(load.isSurge ? 1 : 0)
        },
      })
    },
  }
}
