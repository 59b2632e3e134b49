import { formatDuration } from '@drillbook/content/duration'
import { type Expectation, formatValue, holds, holdsFor } from '@drillbook/content/expectation'
import { printable } from '@drillbook/content/text/printable'
import { type Environment, scaledMs } from '../environment/environment.ts'
import type { PrometheusClient, Sample } from '../prometheus/client.ts'
import { type Waited, waitUntil } from './wait-until.ts'

/** What is asked and how long. All durations in real milliseconds: divide what a runbook says by the speed first. */
export interface Question {
  promql: string
  expect: Expectation
  /** Wait so long for it to hold; 0: the first answer decides. */
  withinMs: number
  /** It has to hold for so long without a break; 0: once is enough. */
  forMs: number
  emptyHolds: boolean
  /** The pause between two looks. */
  intervalMs: number
  /**
   * How often a silent Prometheus is asked before it counts as down: once is a hiccup, three times in a row are not.
   */
  tries: number
}

/** A fast environment is asked more often, but never so often that asking becomes load. */
const FASTEST_POLL_MS = 200

/** The pause between two looks in this environment: a second at speed 1. */
export function pollMs(environment: Environment): number {
  return Math.max(FASTEST_POLL_MS, scaledMs(environment, 1000))
}

/**
 * Asks until the expectation holds (for `forMs`) or `withinMs` is over; a hold that begins in time may finish.
 * Throws `unreachable` when Prometheus stays silent, `usage` when it refuses the query, and on abort.
 */
export async function awaitExpectation(
  prometheus: PrometheusClient,
  { promql, expect, emptyHolds, ...wait }: Question,
  /** `onWait` gets every evaluation but the last. */
  { signal, onWait }: { signal: AbortSignal; onWait?: (waited: Waited<Sample[]>) => void },
): Promise<Waited<Sample[]>> {
  const look = async () => {
    const samples = await prometheus.query(promql)
    return { holds: holds(expect, samples, emptyHolds), seen: samples }
  }
  return waitUntil(look, { ...wait, signal }, onWait)
}

/** The value that decided: the first that does not hold, else the first. Undefined for an empty result. */
export function decisiveValue(expect: Expectation, samples: readonly Sample[]): number | undefined {
  return (samples.find((s) => !holdsFor(expect, s.value)) ?? samples[0])?.value
}

/** The values for people, in the unit in which the threshold was written: at most three, then how many more. */
export function showValues(expect: Expectation, samples: readonly Sample[]): string {
  if (samples.length === 0) return 'no data'
  const [first] = samples
  if (samples.length === 1 && first !== undefined) return formatValue(first.value, expect.unit)
  const shown = samples.slice(0, 3).map((s) => `${telling(s.labels, samples)}${formatValue(s.value, expect.unit)}`)
  return shown.join(', ') + (samples.length > 3 ? ` and ${samples.length - 3} more` : '')
}

/** One look of a wait, for people: the value, the threshold, and how much of the time is over. */
export function showProgress({ expect, withinMs, forMs }: Question, look: Waited<Sample[]>): string {
  const value = `${showValues(expect, look.seen)} against ${expect.text}`
  return look.heldMs === undefined
    ? `${value}, waiting ${formatDuration(look.waitedMs)} of ${formatDuration(withinMs)}`
    : `${value}, holds for ${formatDuration(look.heldMs)} of ${formatDuration(forMs)}`
}

/** The labels that tell this series from the others: "redis-cache: ". */
function telling(labels: Record<string, string>, samples: readonly Sample[]): string {
  const keys = Object.keys(labels).filter(
    (key) => key !== '__name__' && samples.some((s) => s.labels[key] !== labels[key]),
  )
  return keys.length === 0 ? '' : `${keys.map((key) => printable(labels[key] ?? '')).join('/')}: `
}
