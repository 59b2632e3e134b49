import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { type Expectation, formatValue, holds, holdsFor } from '@drillbook/content/expectation'
import { printable } from '@drillbook/content/text/printable'
import type { PrometheusClient, Sample } from '../prometheus/client.ts'

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
  /** How often a silent Prometheus is asked before it counts as down: once is a hiccup, three times in a row are not. */
  tries: number
}

export interface Look {
  samples: Sample[]
  holds: boolean
  waitedMs: number
  /** For how long it has held without a break; absent while it does not. */
  heldMs?: number
}

/**
 * Asks until the expectation holds (for `forMs`) or `withinMs` is over; a hold that begins in time may finish.
 * Throws `unreachable` when Prometheus stays silent, `usage` when it refuses the query, and on abort.
 */
export async function awaitExpectation(
  prometheus: PrometheusClient,
  question: Question,
  /** `onWait` hears of every look but the last. */
  options: { signal: AbortSignal; onWait?: (look: Look) => void },
): Promise<Look> {
  const { expect, withinMs, forMs, emptyHolds, intervalMs } = question
  const started = performance.now()
  let heldSince: number | undefined
  for (;;) {
    const samples = await ask(prometheus, question, options.signal)
    const now = performance.now()
    const held = holds(expect, samples, emptyHolds)
    heldSince = held ? (heldSince ?? now) : undefined
    const look: Look = {
      samples,
      holds: held,
      waitedMs: now - started,
      ...(heldSince === undefined ? {} : { heldMs: now - heldSince }),
    }
    if (heldSince !== undefined && now - heldSince >= forMs) return look
    if (heldSince === undefined && now - started >= withinMs) return look
    options.onWait?.(look)
    await sleep(intervalMs, undefined, { signal: options.signal })
  }
}

async function ask(
  prometheus: PrometheusClient,
  { promql, intervalMs, tries }: Question,
  signal: AbortSignal,
): Promise<Sample[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await orAbort(() => prometheus.query(promql), signal)
    } catch (error) {
      if (!(error instanceof CliError && error.code === 'unreachable') || attempt >= tries) throw error
      await sleep(intervalMs, undefined, { signal })
    }
  }
}

/** Ctrl-C does not wait for a server that hangs. */
async function orAbort<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([start(), promise]).finally(() => signal.removeEventListener('abort', abort))
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
export function showProgress({ expect, withinMs, forMs }: Question, look: Look): string {
  const value = `${showValues(expect, look.samples)} against ${expect.text}`
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
