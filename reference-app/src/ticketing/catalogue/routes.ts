import { type Request, Router } from 'express'
import type { Answer } from '../../platform/http/answer.ts'
import { parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { QueueTokens } from '../queue-token.ts'
import type { Catalogue } from './catalogue.ts'
import { listConcerts } from './list-concerts.ts'
import { listSchedules } from './list-schedules.ts'
import { showSeatMap } from './show-seat-map.ts'

export interface Ticketing {
  tokens: QueueTokens
  catalogue: Catalogue
}

/** What is on. Needs the header QUEUE-TOKEN, but not the waiting room: a good signature is enough to look around. */
export function ticketingRoutes({ tokens, catalogue }: Ticketing, context: OperationContext): Router {
  const router = Router()
  const known = (answer: (request: Request) => Promise<unknown>) => {
    return async (request: Request): Promise<Answer> => {
      tokens.verify(request.get('queue-token'), new Date())
      return { status: 200, body: await answer(request) }
    }
  }

  router
    .route('/concerts')
    .get(
      operation(
        context,
        'concert_list',
        known(() => listConcerts(catalogue)),
      ),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/concerts/:concertId/schedules')
    .get(
      operation(
        context,
        'schedule_list',
        known((request) => listSchedules(catalogue, parseId('concertId', request.params.concertId))),
      ),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/concerts/:concertId/schedules/:scheduleId/seats')
    .get(
      operation(
        context,
        'seat_map',
        known(({ params }) =>
          showSeatMap(catalogue, parseId('concertId', params.concertId), parseId('scheduleId', params.scheduleId)),
        ),
      ),
    )
    .all(methodNotAllowed('GET, HEAD'))

  return router
}
