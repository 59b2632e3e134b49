import { type Request, Router } from 'express'
import type { Answer } from '../../platform/http/answer.ts'
import { parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { QueueTokens } from '../queue-token.ts'
import { type Place, pauseOf } from './place.ts'
import type { WaitingRoom } from './waiting-room.ts'

export interface Queueing {
  tokens: QueueTokens
  waitingRoom: WaitingRoom
}

/** A user's place in line: POST joins, GET asks and says "I am still here", DELETE leaves. Only joining needs no token. */
export function queueRoutes({ tokens, waitingRoom }: Queueing, context: OperationContext): Router {
  const router = Router()
  const userOf = (request: Request) => parseId('userId', request.params.userId)
  const tokenOf = (request: Request) => {
    const text = request.get('queue-token') ?? ''
    return { text, token: tokens.verifyFor(userOf(request), text, new Date()) }
  }

  router
    .route('/queue/users/:userId')
    .post(operation(context, 'queue_join', async (request: Request) => answer(await waitingRoom.join(userOf(request)))))
    .get(
      operation(context, 'queue_status', async (request: Request) => {
        const { token, text } = tokenOf(request)
        return answer(await waitingRoom.status(token, text))
      }),
    )
    .delete(
      operation(context, 'queue_leave', async (request: Request) => {
        await waitingRoom.leave(tokenOf(request).token)
        return { status: 204 }
      }),
    )
    .all(methodNotAllowed('GET, HEAD, POST, DELETE'))

  return router
}

/** Who waits is told when to ask again. */
function answer(place: Place): Answer {
  if (place.status === 'admitted') return { status: 200, body: place }
  return { status: 200, body: place, headers: { 'retry-after': String(pauseOf(place)) } }
}
