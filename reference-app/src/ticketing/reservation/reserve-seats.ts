import type { Transaction } from '../../platform/database/transaction.ts'
import type { Answer } from '../../platform/http/answer.ts'
import type { Mutated, Mutations } from '../../platform/idempotency/mutations.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { CatalogueStore } from '../catalogue/catalogue-store.ts'
import type { Reservation } from './reservation.ts'
import type { ReservationStore } from './reservation-store.ts'
import type { UserTurns } from './user-turns.ts'

/** Limits of unpaid reservations. */
export interface HoldRules {
  /** Live holds of one user at a time. */
  limit: number
  /** Time to pay. */
  seconds: number
}

/** What reserving seats needs. */
export interface SeatReservation {
  turns: UserTurns
  mutations: Mutations
  reservations: ReservationStore
  catalogue: Catalogue
  /** What is on sale, not as users see it but as it is. */
  catalogueStore: CatalogueStore
  holdRules: HoldRules
}

export interface SeatRequest {
  userId: number
  concertId: number
  scheduleId: number
  /** Each once. */
  seatIds: number[]
}

/**
 * All seats or none, in the order in which they were asked for. Throws `schedule_not_found`, `seat_not_found`,
 * `schedule_begun`, `hold_limit` or `seat_taken`, the last naming every seat that cannot be had.
 */
export async function reserveSeats(
  parts: SeatReservation,
  request: SeatRequest,
  key: string | undefined,
): Promise<Mutated> {
  const mutation = { userId: request.userId, route: 'POST /reservations', key, request }
  const mutated = await parts.turns.take(request.userId, key, () =>
    parts.mutations.run(mutation, (transaction) => hold(parts, transaction, request)),
  )
  if (!mutated.replayed) await parts.catalogue.seatsChanged(request.concertId, request.scheduleId)
  return mutated
}

async function hold(parts: SeatReservation, transaction: Transaction, request: SeatRequest): Promise<Answer> {
  const { reservations, holdRules } = parts
  const { userId, concertId, scheduleId, seatIds } = request
  await requireOnSale(parts.catalogueStore, transaction, request)

  const held = await reservations.countHeld(transaction, userId)
  if (held + seatIds.length > holdRules.limit) {
    throw new Problem(
      'hold_limit',
      `User ${userId} holds ${held} unpaid seats; ${seatIds.length} more would be above ${holdRules.limit}.`,
    )
  }
  const holds = await reservations.hold(transaction, {
    userId,
    concertId,
    scheduleId,
    seatIds,
    holdSeconds: holdRules.seconds,
  })
  const bySeat = new Map(holds.map((reservation) => [reservation.seatId, reservation]))
  requireAll(seatIds, (seatId) => bySeat.has(seatId))
  const body: Reservation[] = seatIds.flatMap((seatId) => bySeat.get(seatId) ?? [])
  return { status: 200, body }
}

async function requireOnSale(store: CatalogueStore, transaction: Transaction, request: SeatRequest): Promise<void> {
  const { concertId, scheduleId, seatIds } = request
  const sale = await store.sale(transaction, concertId, scheduleId, seatIds)
  if (sale === undefined) {
    throw new Problem('schedule_not_found', `Concert ${concertId} has no schedule ${scheduleId}.`)
  }
  const strangers = seatIds.filter((seatId) => !sale.seats.has(seatId))
  if (strangers.length > 0) {
    throw new Problem('seat_not_found', `Schedule ${scheduleId} has no seat ${strangers.join(', ')}.`)
  }
  if (sale.begun)
    throw new Problem('schedule_begun', `Schedule ${scheduleId} has begun: its seats are not sold any more.`)
  requireAll(seatIds, (seatId) => sale.seats.get(seatId) === true)
}

function requireAll(seatIds: number[], canBeHad: (seatId: number) => boolean): void {
  const taken = seatIds.filter((seatId) => !canBeHad(seatId))
  if (taken.length > 0) throw new Problem('seat_taken', `Not available: seat ${taken.join(', ')}. None was reserved.`)
}
