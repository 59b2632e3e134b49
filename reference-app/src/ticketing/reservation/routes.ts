import { type Request, Router } from 'express'
import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { QueueTokens } from '../queue-token.ts'
import type { WaitingRoom } from '../waiting-room/waiting-room.ts'
import { type CashDesk, payReservations } from './pay-reservations.ts'
import { type BoxOffice, reserveSeats } from './reserve-seats.ts'
import { showReservation } from './show-reservation.ts'

export interface Purchase extends BoxOffice, CashDesk {
  tokens: QueueTokens
  waitingRoom: WaitingRoom
}

/** Of one request; no user may hold more at a time (see env.ts). */
export const MAX_SEATS = 100

const someIds = z
  .array(id)
  .min(1)
  .max(MAX_SEATS)
  .refine((ids) => new Set(ids).size === ids.length, 'names one twice')
const reserveBody = z.strictObject({ userId: id, concertId: id, scheduleId: id, seatIds: someIds })
const payBody = z.strictObject({ reservationIds: someIds })

/** From a seat to a ticket. Who reserves must have been admitted; who pays may leave the token out, because the turn may end while the hold lives. */
export function reservationRoutes({ tokens, waitingRoom, ...purchase }: Purchase, context: OperationContext): Router {
  const router = Router()
  const tokenOf = (request: Request) => request.get('queue-token')

  router
    .route('/reservations')
    .post(
      operation(context, 'seat_reserve', async (request: Request) => {
        const now = new Date()
        tokens.verify(tokenOf(request), now)
        const seats = parseBody(request, reserveBody)
        const token = tokens.verifyFor(seats.userId, tokenOf(request), now)
        await waitingRoom.requireAdmitted(token)
        return (await reserveSeats(purchase, seats, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))

  router
    .route('/reservations/:reservationId')
    .get(
      operation(context, 'reservation_read', async (request: Request) => {
        const { userId } = tokens.verify(tokenOf(request), new Date())
        const id = parseId('reservationId', request.params.reservationId)
        return { status: 200, body: await showReservation(purchase.reservations, userId, id) }
      }),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/payment/payments/users/:userId')
    .post(
      operation(context, 'reservation_pay', async (request: Request) => {
        const userId = parseId('userId', request.params.userId)
        const token = tokenOf(request)
        if (token !== undefined) tokens.verifyFor(userId, token, new Date())
        const payment = { userId, ...parseBody(request, payBody) }
        const { answer, replayed } = await payReservations(purchase, payment, idempotencyKeyOf(request))
        if (!replayed) void waitingRoom.completed(userId) // the payment stands, whatever becomes of the place
        return answer
      }),
    )
    .all(methodNotAllowed('POST'))

  return router
}
