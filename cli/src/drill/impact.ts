import type { PrometheusClient, Series } from '../prometheus/client.ts'
import { finestStep } from './condition.ts'

export interface Impact {
  requests: number
  failed: number
  /** Took longer than SLOW_SECONDS. */
  slow: number
}

/** Design part 3: slower than this, a client that gives up counts as failed. A bucket bound of the contract. */
export const SLOW_SECONDS = 1
/** Prometheus 2 keeps `le` as it was exposed, Prometheus 3 and OpenMetrics write 1.0. */
const WITHIN = 'le=~"1|1[.]0"'

/**
 * What users went through between two moments, from the raw counters of all instances of a service. Undefined: it
 * counts no requests, which is not the same as none.
 */
export async function countImpact(
  prometheus: PrometheusClient,
  service: string,
  from: Date,
  to: Date,
): Promise<Impact | undefined> {
  const step = Math.max(0.5, finestStep(from, to))
  const read = (metric: string, matchers = '') =>
    prometheus.queryRange(`${metric}{service=${JSON.stringify(service)}${matchers}}`, from, to, step)
  const sum = (series: readonly Series[]) => increaseOfAll(series, from.getTime() / 1000 + step / 2)
  const [all, quick, outcomes] = await Promise.all([
    read('http_server_request_duration_seconds_count'),
    read('http_server_request_duration_seconds_bucket', `,${WITHIN}`),
    read('operation_outcomes_total'),
  ])
  if (all.length === 0) return undefined
  const requests = sum(all)
  const failed = outcomes.length > 0 ? outcomes.filter((s) => s.labels.outcome === 'failed') : all.filter(isServerError)
  return { requests, failed: sum(failed), slow: Math.max(0, requests - sum(quick)) }
}

/** What counts as failed for a service that has no outcomes, only HTTP metrics. */
function isServerError({ labels }: Series): boolean {
  return /^5/.test(labels.http_response_status_code ?? '')
}

/** The sum of increases. A series that was not there at the beginning (before `bornAfterSeconds`) started from 0. */
export function increaseOfAll(series: readonly Series[], bornAfterSeconds: number): number {
  return Math.round(series.reduce((sum, s) => sum + increaseOf(s.points, bornAfterSeconds), 0))
}

/** A counter that falls was reset: its process restarted and counted from 0. */
export function increaseOf(points: readonly [number, number][], bornAfterSeconds: number): number {
  const [first] = points
  if (first === undefined) return 0
  let previous = first[0] > bornAfterSeconds ? 0 : first[1]
  let total = 0
  for (const [, value] of points) {
    total += value >= previous ? value - previous : value
    previous = value
  }
  return total
}
