import type { BalanceStore } from '../../accounts/balance/balance-store.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Answer } from '../../platform/http/answer.ts'
import type { Mutated, Mutations } from '../../platform/idempotency/mutations.ts'
import { Problem } from '../../platform/problem/problem.ts'
import { toProblem } from '../../platform/problem/to-problem.ts'
import type { PaymentEvents } from './payment-events.ts'
import type { Payment, PaymentStore } from './payment-store.ts'
import type { Reservation } from './reservation.ts'

/** What paying reservations needs. */
export interface ReservationPayment {
  mutations: Mutations
  balances: BalanceStore
  payments: PaymentStore
  paymentEvents: PaymentEvents
}

export interface PaymentRequest {
  userId: number
  /** Each once. */
  reservationIds: number[]
}

/**
 * Pays for all or for none from the user's balance, once. In the order in which they were asked for. Throws
 * `reservation_not_found`, also for somebody else's, `already_paid`, `hold_expired` or `insufficient_balance`.
 */
export async function payReservations(
  parts: ReservationPayment,
  request: PaymentRequest,
  key: string | undefined,
): Promise<Mutated> {
  const { userId, reservationIds } = request
  const route = 'POST /payment/payments/users/{userId}'
  const mutation = { userId, route, key, request: { reservationIds } }
  try {
    const mutated = await parts.mutations.run(mutation, (transaction) => pay(parts, transaction, request))
    if (!mutated.replayed) parts.paymentEvents.paid(request)
    return mutated
  } catch (error) {
    parts.paymentEvents.notPaid(request, toProblem(error))
    throw error
  }
}

async function pay(
  { balances, payments: store }: ReservationPayment,
  transaction: Transaction,
  request: PaymentRequest,
): Promise<Answer> {
  const { userId, reservationIds } = request
  const reservations = await store.lock(transaction, userId, reservationIds)
  requirePayable(request, reservations)

  // The balance comes last of all that is locked, because everything of this user waits for it.
  const total = reservations.reduce((sum, { price }) => sum + price, 0)
  const entryId = await balances.debit(transaction, userId, total)
  if (entryId === undefined) throw new Problem('insufficient_balance', `User ${userId} has less than ${total}.`)

  const payments = await store.pay(transaction, reservationIds, entryId)
  const paid = new Map(payments.map((payment) => [payment.reservationId, payment]))
  const late = reservationIds.filter((id) => !paid.has(id))
  if (late.length > 0) throw new Problem('hold_expired', `Too late for reservation ${late.join(', ')}.`)
  const body: Payment[] = reservationIds.flatMap((id) => paid.get(id) ?? [])
  return { status: 200, body }
}

function requirePayable({ userId, reservationIds }: PaymentRequest, reservations: Reservation[]): void {
  const known = new Map(reservations.map((reservation) => [reservation.id, reservation.status]))
  const unknown = reservationIds.filter((id) => !known.has(id))
  if (unknown.length > 0) {
    throw new Problem('reservation_not_found', `User ${userId} has no reservation ${unknown.join(', ')}.`)
  }
  const paid = reservationIds.filter((id) => known.get(id) === 'paid')
  if (paid.length > 0) throw new Problem('already_paid', `Paid before: reservation ${paid.join(', ')}.`)
  const late = reservationIds.filter((id) => known.get(id) === 'expired')
  if (late.length > 0) throw new Problem('hold_expired', `Too late for reservation ${late.join(', ')}.`)
}
