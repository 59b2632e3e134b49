import { setTimeout as delay } from 'node:timers/promises'
import { parseDuration } from '@drillbook/content/duration'
import { CliError, messageOf } from '@drillbook/content/errors'
import { holds, parseExpectation } from '@drillbook/content/expectation'
import { type Environment, scaledMs } from '../environment/environment.ts'
import { PrometheusClient } from '../prometheus/client.ts'
import type { UndoRecord } from './session.ts'

export interface ReadBack {
  readBack: UndoRecord['readBack']
  /** What was seen instead, or why nothing could be seen. */
  detail?: string
}

/**
 * Two scrapes of 10 s at speed 1 (alerts/prometheus): a younger answer may be a sample from before the undo, and would
 * prove nothing.
 */
const SETTLE_MS = 20_000

/** Asks Prometheus until the fault's `reverted` condition holds, or its `within` (at the environment's speed) is over. */
export async function readBack(
  environment: Environment,
  reverted: { promql: string; expect: string; within: string },
  pollMs: number,
): Promise<ReadBack> {
  const expectation = parseExpectation(reverted.expect)
  const withinMs = parseDuration(reverted.within)
  if (expectation === undefined || withinMs === undefined) {
    return {
      readBack: 'unknown',
      detail: `cannot understand the read-back: ${reverted.expect} within ${reverted.within}`,
    }
  }
  const prometheus = new PrometheusClient(environment.prometheus, 3000)
  const settleMs = Math.min(scaledMs(environment, SETTLE_MS), scaledMs(environment, withinMs))
  const deadline = Date.now() + scaledMs(environment, withinMs)
  await delay(settleMs)
  let last: ReadBack
  do {
    try {
      const samples = await prometheus.query(reverted.promql)
      if (holds(expectation, samples)) return { readBack: 'held' }
      const seen = samples.map((s) => s.value).join(', ') || 'no samples'
      last = { readBack: 'not_held', detail: `${reverted.promql} is ${seen}, expected ${reverted.expect}` }
    } catch (error) {
      const why = error instanceof CliError ? error.message : messageOf(error)
      last = { readBack: 'unknown', detail: `it could not be read back: ${why}` }
    }
    await delay(pollMs)
  } while (Date.now() < deadline)
  return last
}
