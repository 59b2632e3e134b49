import type { IncomingMessage, ServerResponse } from 'node:http'
import { type OutcomeMetrics, streamBegan } from '@drillbook/instrumentation'
import { Problem } from '../problem/problem.ts'
import { withTimeLimit } from '../time-limit.ts'
import { type Answer, respond, type StreamAnswer } from './answer.ts'
import { trackOutcome } from './outcome.ts'

/** What every operation of the API shares. `parseBody` calls back with an error, or after `request.body` was set. */
export interface OperationContext {
  outcomes: OutcomeMetrics
  parseBody(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void
  timeoutMs: number
}

type Next = (error?: unknown) => void
type Wanted = Answer | StreamAnswer
type Answering<Request> = (request: Request) => Wanted | Promise<Wanted>

/**
 * Makes a handler of `answer`: one answer, within the limit (else `request_timeout`), and one outcome, whatever
 * happens. Errors go to `next`. The limit of a stream is for its beginning.
 */
export function operation<Request extends IncomingMessage>(
  context: OperationContext,
  name: string,
  answer: Answering<Request>,
): (request: Request, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    trackOutcome(response, name, context.outcomes)
    context.parseBody(request, response, (error) => {
      if (error !== undefined) next(error)
      else respondInTime(request, response, answer, context.timeoutMs).catch(next)
    })
  }
}

async function respondInTime<Request>(
  request: Request,
  response: ServerResponse,
  answer: Answering<Request>,
  timeoutMs: number,
): Promise<void> {
  const work = (async () => await answer(request))() // a function of its own turns a thrown error into a rejection
  const late = () => new Problem('request_timeout', `There was no answer within ${timeoutMs / 1000} s.`)
  const wanted = await withTimeLimit(work, timeoutMs, late)
  if (!('stream' in wanted)) return respond(response, wanted)
  if (response.destroyed) return
  wanted.stream(response)
  streamBegan(response)
}
