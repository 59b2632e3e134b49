import type { Request } from 'express'
import { z } from 'zod'
import { id, parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { QueueTokens } from '../queue-token.ts'
import type { WaitingRoom } from '../waiting-room/waiting-room.ts'
import { payReservations, type ReservationPayment } from './pay-reservations.ts'
import type { Reservation } from './reservation.ts'
import type { ReservationStore } from './reservation-store.ts'
import { reserveSeats, type SeatReservation } from './reserve-seats.ts'

export interface Purchase extends SeatReservation, ReservationPayment {
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

const tokenOf = (request: Request) => request.get('queue-token')

/**
 * From a seat to a ticket. Who reserves must have been admitted; who pays may leave the token out, because the turn may
 * end while the hold lives.
 */
export const RESERVATION_OPERATIONS = {
  seat_reserve: {
    method: 'POST',
    path: '/api/v1/reservations',
    class: 'purchase',
    answer: async (request, purchase) => {
      const { tokens, waitingRoom } = purchase
      const now = new Date()
      tokens.verify(tokenOf(request), now)
      const seats = parseBody(request, reserveBody)
      const token = tokens.verifyFor(seats.userId, tokenOf(request), now)
      await waitingRoom.requireAdmitted(token)
      return (await reserveSeats(purchase, seats, idempotencyKeyOf(request))).answer
    },
  },
  reservation_read: {
    method: 'GET',
    path: '/api/v1/reservations/:reservationId',
    class: 'payment',
    answer: async (request, { tokens, reservations }) => {
      const { userId } = tokens.verify(tokenOf(request), new Date())
      const id = parseId('reservationId', request.params.reservationId)
      return { status: 200, body: await showReservation(reservations, userId, id) }
    },
  },
  reservation_pay: {
    method: 'POST',
    path: '/api/v1/payment/payments/users/:userId',
    class: 'payment',
    answer: async (request, purchase) => {
      const userId = parseId('userId', request.params.userId)
      const token = tokenOf(request)
      if (token !== undefined) purchase.tokens.verifyFor(userId, token, new Date())
      const payment = { userId, ...parseBody(request, payBody) }
      const { answer, replayed } = await payReservations(purchase, payment, idempotencyKeyOf(request))
      if (!replayed) void purchase.waitingRoom.completed(userId) // the payment stands, whatever becomes of the place
      return answer
    },
  },
} satisfies Operations<Purchase>

/** Throws `reservation_not_found`, also for another user's: its existence is not disclosed. */
async function showReservation(reservations: ReservationStore, userId: number, id: number): Promise<Reservation> {
  const reservation = await reservations.find(id)
  if (reservation?.userId !== userId) {
    throw new Problem('reservation_not_found', `User ${userId} has no reservation ${id}.`)
  }
  return reservation
}
