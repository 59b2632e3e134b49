import { parseDuration } from '@drillbook/content/duration'
import { CliError } from '@drillbook/content/errors'
import { type Expectation, parseExpectation } from '@drillbook/content/expectation'
import { printable } from '@drillbook/content/text/printable'
import { context } from '../context.ts'
import { scaledMs } from '../environment/environment.ts'
import { awaitExpectation, pollMs, showProgress, showValues } from '../prometheus/await-expectation.ts'
import type { Sample } from '../prometheus/client.ts'
import type { Stdio } from '../stdio.ts'
import { liveLine } from '../terminal/live-line.ts'

export interface QueryOptions {
  promql: string
  expect?: string
  /** Durations are written for speed 1, as in runbooks, and divided by the environment's speed. */
  within?: string
  for?: string
  /** "ok": an empty result holds. */
  empty?: string
  env?: string
  json?: boolean
}

/** Asks Prometheus once, or until an expectation holds; throws `expectation_failed` when it does not. */
export async function query(stdio: Stdio, options: QueryOptions): Promise<void> {
  const asked = readOptions(options)
  const { environment, prometheus } = context(stdio, options)
  if (asked.expect === undefined) {
    print(stdio, options, await prometheus.query(options.promql))
    return
  }
  const { expect, emptyHolds } = asked
  const [withinMs, forMs] = [scaledMs(environment, asked.withinMs), scaledMs(environment, asked.forMs)]
  const line = liveLine(stdio)
  const question = {
    promql: options.promql,
    expect,
    withinMs,
    forMs,
    emptyHolds,
    intervalMs: pollMs(environment),
    tries: 3,
  }
  const look = await awaitExpectation(prometheus, question, {
    signal: stdio.signal,
    onWait: (seen) => line.show(showProgress(question, seen)),
  }).finally(() => line.end())
  print(stdio, options, look.seen, { expect: expect.text, holds: look.holds, waitedMs: Math.round(look.waitedMs) })
  if (look.holds) return
  throw new CliError('expectation_failed', `${showValues(expect, look.seen)}, wanted ${expect.text}: ${options.promql}`)
}

interface Asked {
  expect?: Expectation
  withinMs: number
  forMs: number
  emptyHolds: boolean
}

/** All that is wrong with the options at once. */
function readOptions(options: QueryOptions): Asked {
  const problems: string[] = []
  const expect = options.expect === undefined ? undefined : parseExpectation(options.expect)
  if (options.expect !== undefined && expect === undefined) {
    problems.push(`--expect is an operator and a number, like ">= 90%", not "${options.expect}"`)
  }
  const duration = (name: string, text: string | undefined) => {
    const ms = text === undefined ? 0 : parseDuration(text)
    if (ms === undefined) problems.push(`${name} is a duration like 30s or 5m, not "${text}"`)
    if (text !== undefined && options.expect === undefined) problems.push(`${name} needs --expect`)
    return ms ?? 0
  }
  const [withinMs, forMs] = [duration('--within', options.within), duration('--for', options.for)]
  if (options.empty !== undefined && options.empty !== 'ok')
    problems.push(`--empty can only be ok, not "${options.empty}"`)
  if (problems.length > 0) throw new CliError('usage', problems.join('\n'))
  return { ...(expect === undefined ? {} : { expect }), withinMs, forMs, emptyHolds: options.empty === 'ok' }
}

function print(
  stdio: Stdio,
  { promql, json }: QueryOptions,
  samples: Sample[],
  verdict?: Record<string, unknown>,
): void {
  if (json) {
    // JSON has no NaN and no infinity: they come as words.
    const listed = samples.map(({ labels, value }) => ({
      labels,
      value: Number.isFinite(value) ? value : String(value),
    }))
    stdio.out(`${JSON.stringify({ promql, samples: listed, ...verdict }, null, 2)}\n`)
    return
  }
  if (samples.length === 0) stdio.err('no data\n')
  for (const { labels, value } of samples) {
    const { __name__: name = '', ...rest } = labels
    const pairs = Object.entries(rest).map(([key, text]) => `${printable(key)}=${JSON.stringify(text)}`)
    stdio.out(`${printable(name)}{${pairs.join(',')}} ${value}\n`)
  }
}
