import type { Operation } from '../history.ts'
import type { ReservationRow } from '../snapshot.ts'
import { CLOCK_SLACK_MS, type Evidence, endedBefore, groupBy, type Violation } from './evidence.ts'
import { balanceAfter, ledgerOf, windowOf } from './ledger.ts'
import { paysOf } from './payments.ts'

/** Who is refused is told the truth: at some moment between question and answer it may have been as the refusal says. */
export function refusalsHaveTheirReason(evidence: Evidence): Violation[] {
  const { history } = evidence
  const reserve = reasonsToReserve(evidence)
  const pay = reasonsToPay(evidence)
  const refused = (operation: Operation) => operation.end?.outcome === 'rejected' && endedBefore(evidence, operation)
  return [
    ...history
      .of('reserve')
      .filter(refused)
      .flatMap((operation) => reserve(operation)),
    ...history
      .of('pay')
      .filter(refused)
      .flatMap((operation) => pay(operation)),
  ]
}

function unfounded(operation: Operation, rows: unknown[] = [], others: Operation[] = []): Violation[] {
  const what = `${operation.end?.code}, and at no time meanwhile was it so`
  return [{ invariant: 'a refusal has its reason', what, operations: [...others, operation], rows }]
}

function reasonsToReserve({ history, snapshot, rules }: Evidence) {
  const bySeat = groupBy(snapshot.reservations, ({ seatId }) => seatId)
  const byUser = groupBy(snapshot.reservations, ({ userId }) => userId)
  const paidAt = new Map<number, number>()
  for (const { call, end } of history.of('pay'))
    if (end?.outcome === 'ok')
      for (const id of call.reservationIds) paidAt.set(id, Math.min(end.at, paidAt.get(id) ?? end.at))
  const meanwhile = ({ createdAt }: ReservationRow, until: number, { invokedAt, end }: Operation) =>
    createdAt <= (end?.at ?? 0) + CLOCK_SLACK_MS && until >= invokedAt - CLOCK_SLACK_MS
  const ownedUntil = ({ status, expiresAt }: ReservationRow) =>
    status === 'paid' ? Number.POSITIVE_INFINITY : expiresAt
  const heldUntil = ({ id, status, expiresAt }: ReservationRow) =>
    status === 'paid' ? (paidAt.get(id) ?? Number.POSITIVE_INFINITY) : expiresAt

  return (operation: Operation<{ kind: 'reserve'; concertId: number; scheduleId: number; seatIds: number[] }>) => {
    if (operation.end?.code === 'seat_taken') {
      const rows = operation.call.seatIds.flatMap((seatId) => bySeat.get(seatId) ?? [])
      return rows.some((row) => meanwhile(row, ownedUntil(row), operation)) ? [] : unfounded(operation, rows.slice(-6))
    }
    if (operation.end?.code === 'hold_limit') {
      const rows = (byUser.get(operation.userId) ?? []).filter((row) => meanwhile(row, heldUntil(row), operation))
      return rows.length + operation.call.seatIds.length > rules.holdLimit ? [] : unfounded(operation, rows)
    }
    return []
  }
}

function reasonsToPay(evidence: Evidence) {
  const { history, snapshot } = evidence
  const rows = new Map(snapshot.reservations.map((row) => [row.id, row]))
  const paid = new Set(snapshot.payments.map(({ reservationId }) => reservationId))
  const pays = paysOf(history.of('pay'))
  const ledgers = ledgerOf(evidence)

  return (operation: Operation<{ kind: 'pay'; reservationIds: number[] }>) => {
    const { call, end, userId } = operation
    const wanted = call.reservationIds.map((id) => rows.get(id))
    const others = call.reservationIds.flatMap((id) => (pays.get(id) ?? []).filter((pay) => pay !== operation))
    const answeredAt = (end?.at ?? 0) + CLOCK_SLACK_MS
    const isTrue: Record<string, () => boolean> = {
      reservation_not_found: () => wanted.some((row) => row === undefined || row.userId !== userId),
      already_paid: () =>
        call.reservationIds.some((id) => paid.has(id)) && others.some(({ invokedAt }) => invokedAt < answeredAt),
      hold_expired: () => wanted.some((row) => row !== undefined && row.expiresAt < answeredAt),
      insufficient_balance: () => {
        const ledger = ledgers.get(userId) ?? []
        const { from, to } = windowOf(ledger, operation)
        const total = wanted.reduce((sum, row) => sum + (row?.price ?? 0), 0)
        for (let count = from; count <= to; count += 1) if (balanceAfter(ledger, count) < total) return true
        return false
      },
    }
    const holds = isTrue[end?.code ?? '']
    return holds === undefined || holds() ? [] : unfounded(operation, wanted, others)
  }
}
