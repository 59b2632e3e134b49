import { type Request, Router } from 'express'
import type { Class } from '../overload/importance.ts'
import { methodNotAllowed } from '../problem/method-not-allowed.ts'
import type { Answer, StreamAnswer } from './answer.ts'
import { type OperationContext, operation } from './operation.ts'

/**
 * All that there is to say of an operation: its route, its class for load shedding, its outcome and its kill switch
 * come from here.
 */
export interface Operation<Parts> {
  method: 'GET' | 'POST' | 'DELETE'
  /** The whole path, as Express writes it: `/api/v1/concerts/:concertId`. */
  path: string
  /**
   * `browse`: reads that can be repeated a minute later. `payment`: concerns money, or goods that are already taken.
   * `purchase`: the steps up to there.
   */
  class: Class
  /** Stays open for minutes, doing nothing: does not count as work under way. */
  stream?: true
  /** Absent: that of the context. */
  parseBody?: OperationContext['parseBody']
  answer: (request: Request, parts: Parts) => Answer | StreamAnswer | Promise<Answer | StreamAnswer>
}

/** By name, in snake_case: the `operation` label of `operation_outcomes_total`. */
export type Operations<Parts> = Readonly<Record<string, Operation<Parts>>>

const REGISTER = { GET: 'get', POST: 'post', DELETE: 'delete' } as const

/**
 * A route for each path. The first path in the table that fits a request is taken; a method that it does not have is
 * `method_not_allowed`.
 */
export function operationRouter<Parts>(table: Operations<Parts>, parts: Parts, context: OperationContext): Router {
  const router = Router()
  for (const [path, operations] of Map.groupBy(Object.entries(table), ([, { path }]) => path)) {
    const route = router.route(path)
    for (const [name, { method, parseBody = context.parseBody, answer }] of operations) {
      const answering = (request: Request) => answer(request, parts)
      route[REGISTER[method]](operation({ ...context, parseBody }, name, answering))
    }
    const methods = operations.map(([, { method }]) => (method === 'GET' ? 'GET, HEAD' : method))
    route.all(methodNotAllowed(methods.join(', ')))
  }
  return router
}
