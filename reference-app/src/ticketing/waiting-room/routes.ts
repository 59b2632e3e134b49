import type { Request } from 'express'
import type { Answer } from '../../platform/http/answer.ts'
import { parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import type { QueueTokens } from '../queue-token.ts'
import { type Place, pauseOf } from './place.ts'
import type { WaitingRoom } from './waiting-room.ts'

export interface Queueing {
  tokens: QueueTokens
  waitingRoom: WaitingRoom
}

/**
 * A user's place in line: GET asks and says "I am still here", POST joins, DELETE leaves. Only joining needs no token.
 */
export const QUEUE_OPERATIONS = {
  queue_status: {
    method: 'GET',
    path: '/api/v1/queue/users/:userId',
    class: 'purchase',
    answer: async (request, { tokens, waitingRoom }) => {
      const { token, text } = tokenOf(request, tokens)
      return answer(await waitingRoom.status(token, text))
    },
  },
  queue_join: {
    method: 'POST',
    path: '/api/v1/queue/users/:userId',
    class: 'purchase',
    answer: async (request, { waitingRoom }) => answer(await waitingRoom.join(userOf(request))),
  },
  queue_leave: {
    method: 'DELETE',
    path: '/api/v1/queue/users/:userId',
    class: 'purchase',
    answer: async (request, { tokens, waitingRoom }) => {
      await waitingRoom.leave(tokenOf(request, tokens).token)
      return { status: 204 }
    },
  },
} satisfies Operations<Queueing>

function userOf({ params }: Request): number {
  return parseId('userId', params.userId)
}

function tokenOf(request: Request, tokens: QueueTokens) {
  const text = request.get('queue-token') ?? ''
  return { text, token: tokens.verifyFor(userOf(request), text, new Date()) }
}

/** Adds Retry-After for a waiting user. */
function answer(place: Place): Answer {
  if (place.status === 'admitted') return { status: 200, body: place }
  return { status: 200, body: place, headers: { 'retry-after': String(pauseOf(place)) } }
}
