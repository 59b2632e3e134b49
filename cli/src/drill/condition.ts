import { formatValue, holds, holdsFor, parseExpectation } from '@drillbook/content/expectation'
import { type Environment, scaledMs } from '../environment/environment.ts'
import type { PrometheusClient, Sample, Series } from '../prometheus/client.ts'

/** A PromQL expression and what it has to be. */
export interface Asked {
  promql: string
  expect: string
}

export interface Seen {
  holds: boolean
  /** The query gave nothing, which is no evidence of anything. */
  empty: boolean
  /** `0 (expected >= 90%)`, for people. */
  text: string
}

/** Asks once. An empty result does not hold. Throws what the client throws. */
export async function ask(prometheus: PrometheusClient, asked: Asked): Promise<Seen> {
  const samples = await prometheus.query(asked.promql)
  return judge(asked, samples)
}

export function judge(asked: Asked, samples: readonly Sample[]): Seen {
  const expectation = parseExpectation(asked.expect)
  if (expectation === undefined) return { holds: false, empty: true, text: `not an expectation: ${asked.expect}` }
  const values = [...new Set(samples.map((s) => formatValue(s.value, expectation.unit)))].slice(0, 4).join(', ')
  return {
    holds: holds(expectation, samples),
    empty: samples.length === 0,
    text: `${values || 'no samples'} (expected ${asked.expect})`,
  }
}

/** Prometheus answers at most 11,000 points per series; ten thousand leave room for rounding. */
const MOST_POINTS = 10_000
/** Finer than any scrape, so that a moment is exact to the sample that carries it. */
const FINEST_STEP_SECONDS = 0.05

/** The step of a range query that is as fine as Prometheus allows over this time. */
export function finestStep(from: Date, to: Date): number {
  const seconds = Math.max(0, to.getTime() - from.getTime()) / 1000
  return Math.max(FINEST_STEP_SECONDS, Math.ceil((seconds / MOST_POINTS) * 1000) / 1000)
}

/** The first moment in [from, to] at which the condition holds on stored samples; undefined when it never does. */
export async function firstHeld(
  prometheus: PrometheusClient,
  asked: Asked,
  from: Date,
  to: Date,
): Promise<Date | undefined> {
  const expectation = parseExpectation(asked.expect)
  if (expectation === undefined || to <= from) return undefined
  const series = await prometheus.queryRange(asked.promql, from, to, finestStep(from, to))
  return earliest(momentsOf(series), (values) => values.every((value) => holdsFor(expectation, value)))
}

/** The first moment in [from, to] at which the expression gives anything: for rules, which give what they alert on. */
export async function firstPresent(
  prometheus: PrometheusClient,
  promql: string,
  from: Date,
  to: Date,
): Promise<Date | undefined> {
  if (to <= from) return undefined
  return earliest(momentsOf(await prometheus.queryRange(promql, from, to, finestStep(from, to))), () => true)
}

/** All values at each moment, in milliseconds. */
export function momentsOf(series: readonly Series[]): Map<number, number[]> {
  const moments = new Map<number, number[]>()
  for (const { points } of series) {
    for (const [seconds, value] of points) {
      const ms = Math.round(seconds * 1000)
      moments.set(ms, [...(moments.get(ms) ?? []), value])
    }
  }
  return moments
}

function earliest(moments: Map<number, number[]>, accept: (values: number[]) => boolean): Date | undefined {
  const found = [...moments].filter(([, values]) => accept(values)).map(([ms]) => ms)
  return found.length === 0 ? undefined : new Date(found.reduce((a, b) => Math.min(a, b)))
}

/** A condition's `within` in this environment's time, in milliseconds. */
export function limitOf(environment: Environment, condition: { withinMs: number }): number {
  return scaledMs(environment, condition.withinMs)
}
