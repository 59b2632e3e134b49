import { setTimeout as delay } from 'node:timers/promises'
import { parseDuration } from '@drillbook/content/duration'
import { CliError, messageOf } from '@drillbook/content/errors'
import { holds, parseExpectation } from '@drillbook/content/expectation'
import { type Environment, scaledMs } from '../environment/environment.ts'
import { PrometheusClient } from '../prometheus/client.ts'
import { type Look, waitUntil } from '../prometheus/wait-until.ts'
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

/**
 * Asks Prometheus until the fault's `reverted` condition holds, or its `within` (at the environment's speed) is over.
 */
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
  const limitMs = scaledMs(environment, withinMs)
  const settleMs = Math.min(scaledMs(environment, SETTLE_MS), limitMs)
  await delay(settleMs)
  const look = async (): Promise<Look<ReadBack>> => {
    try {
      const samples = await prometheus.query(reverted.promql)
      if (holds(expectation, samples)) return { holds: true, seen: { readBack: 'held' } }
      const values = samples.map((s) => s.value).join(', ') || 'no samples'
      const detail = `${reverted.promql} is ${values}, expected ${reverted.expect}`
      return { holds: false, seen: { readBack: 'not_held', detail } }
    } catch (error) {
      const why = error instanceof CliError ? error.message : messageOf(error)
      return { holds: false, seen: { readBack: 'unknown', detail: `it could not be read back: ${why}` } }
    }
  }
  return (await waitUntil(look, { withinMs: limitMs - settleMs, intervalMs: pollMs })).seen
}
