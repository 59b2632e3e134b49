import type { Logger } from '@drillbook/instrumentation'
import type { ErrorRequestHandler, Express } from 'express'
import { Problem } from '../problem/problem.ts'
import { respondProblem } from '../problem/respond-problem.ts'
import { toProblem } from '../problem/to-problem.ts'

/** What no route took, and what routes threw: both end as a problem. Must come after all routes. */
export function endOfRoutes(app: Express, logger: Logger): void {
  app.use(() => {
    throw new Problem('route_not_found', 'Check the path against the documentation of the API.')
  })
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    const problem = toProblem(error)
    if (problem.code === 'internal_error') {
      logger.error({ event: 'api.internal_error', err: error }, 'a request met a bug')
    }
    respondProblem(response, problem)
  }
  app.use(onError)
}
