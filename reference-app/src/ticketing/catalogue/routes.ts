import type { Request } from 'express'
import type { Answer } from '../../platform/http/answer.ts'
import { parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import type { QueueTokens } from '../queue-token.ts'
import type { Catalogue } from './catalogue.ts'

export interface Ticketing {
  tokens: QueueTokens
  catalogue: Catalogue
}

/** What is on. Needs the header QUEUE-TOKEN, but not the waiting room: a good signature is enough to look around. */
export const CATALOGUE_OPERATIONS = {
  concert_list: {
    method: 'GET',
    path: '/api/v1/concerts',
    class: 'browse',
    answer: known((_params, catalogue) => catalogue.concerts()),
  },
  schedule_list: {
    method: 'GET',
    path: '/api/v1/concerts/:concertId/schedules',
    class: 'browse',
    answer: known(({ concertId }, catalogue) => catalogue.schedules(parseId('concertId', concertId))),
  },
  seat_map: {
    method: 'GET',
    path: '/api/v1/concerts/:concertId/schedules/:scheduleId/seats',
    class: 'browse',
    answer: known(({ concertId, scheduleId }, catalogue) =>
      catalogue.seats(parseId('concertId', concertId), parseId('scheduleId', scheduleId)),
    ),
  },
} satisfies Operations<Ticketing>

/** Requires a valid queue token. */
function known(body: (params: Request['params'], catalogue: Catalogue) => Promise<unknown>) {
  return async (request: Request, { tokens, catalogue }: Ticketing): Promise<Answer> => {
    tokens.verify(request.get('queue-token'), new Date())
    return { status: 200, body: await body(request.params, catalogue) }
  }
}
