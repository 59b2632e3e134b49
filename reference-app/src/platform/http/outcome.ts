import type { ServerResponse } from 'node:http'
import { answerGivenAt, type Outcome, type OutcomeMetrics, streamBeganAt } from '@drillbook/instrumentation'
import { problemCodeOf } from '../problem/respond-problem.ts'

/**
 * A client that hangs up is our failure once it has waited this long for its answer; while it was still sending, it was
 * we who waited. Milliseconds.
 */
const SLOW_MS = 1_000

/**
 * Counts the outcome of this operation once, when its response is over: a stream that began has succeeded. The reason
 * is the problem's code.
 */
export function trackOutcome(response: ServerResponse, operation: string, outcomes: OutcomeMetrics): void {
  const startedAt = performance.now()
  response.once('close', () => {
    if (response.writableFinished || streamBeganAt(response) !== undefined) {
      outcomes.record(operation, outcomeOf(response.statusCode), problemCodeOf(response))
    } else {
      // Without a time an answer that was given waited behind others that the client did not take.
      const waitedUntil = response.writableEnded ? (answerGivenAt(response) ?? startedAt) : performance.now()
      const slow = response.req.complete && waitedUntil - startedAt > SLOW_MS
      outcomes.record(operation, slow ? 'failed' : 'rejected', 'client_closed')
    }
  })
}

/** A refusal is not a failure: 4xx is the business saying no, 5xx our fault or too little capacity. */
function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed'
  return status >= 400 ? 'rejected' : 'success'
}
