import { acknowledged, mayHaveEffect, type Operation, wishOf } from '../history.ts'
import { CLOCK_SLACK_MS, type Evidence, groupBy, type Violation } from './evidence.ts'
import { ledgerOf } from './ledger.ts'

type Pay = Operation<{ kind: 'pay'; reservationIds: number[] }>

/** In the rows: a sale has one payment, of its user, of its price, and in time. */
export function salesArePaidOnce({ history, snapshot }: Evidence): Violation[] {
  const payments = groupBy(snapshot.payments, ({ reservationId }) => reservationId)
  const asked = paysOf(history.of('pay'))
  return snapshot.reservations.flatMap((row): Violation[] => {
    const rows = payments.get(row.id) ?? []
    const operations = asked.get(row.id) ?? []
    const broken = (invariant: string, what: string) => [{ invariant, what, operations, rows: [row, ...rows] }]
    if (rows.length > 1)
      return broken('a payment takes effect once', `reservation ${row.id} has ${rows.length} payments`)
    const [payment] = rows
    if ((row.status === 'paid') !== (payment !== undefined))
      return broken('what is sold is paid for', `reservation ${row.id} is ${row.status}, with ${rows.length} payments`)
    if (payment === undefined) return []
    if (payment.userId !== row.userId || payment.amount !== row.price)
      return broken('what is sold is paid for', `reservation ${row.id} was paid by another user or with another amount`)
    const asks = operations.filter(mayHaveEffect).map(({ invokedAt }) => invokedAt)
    const first = asks.length === 0 ? 0 : Math.min(...asks)
    if (Math.max(payment.paidAt, first) > row.expiresAt + CLOCK_SLACK_MS)
      return broken('an expired hold cannot be paid', `reservation ${row.id} was paid for after its time`)
    return []
  })
}

/** Between answers and rows. */
export function paymentsAreThoseAskedFor(evidence: Evidence): Violation[] {
  const { history, snapshot } = evidence
  const rows = new Map(snapshot.payments.map((payment) => [payment.reservationId, payment]))
  const violations: Violation[] = []
  const tellers = new Map<number, Operation>()
  for (const operation of history.of('pay')) {
    if (operation.end?.outcome !== 'ok') continue
    const body = Array.isArray(operation.end.body)
      ? (operation.end.body as { id: number; reservationId: number }[])
      : []
    const broken = (invariant: string, what: string, more: Operation[] = []) =>
      violations.push({ invariant, what, operations: [...more, operation] })
    if (body.map(({ reservationId }) => reservationId).join() !== operation.call.reservationIds.join())
      broken('an answer says what was done', `paid for ${operation.call.reservationIds}, told ${JSON.stringify(body)}`)
    for (const { id, reservationId } of body) {
      const row = rows.get(reservationId)
      const other = tellers.get(reservationId)
      if (row === undefined && acknowledged(operation, snapshot.startedAt))
        broken('an acknowledged write is never lost', `no payment of reservation ${reservationId}`)
      if (row !== undefined && row.id !== id)
        broken('an answer says what was done', `reservation ${reservationId}: told payment ${id}, there is ${row.id}`)
      if (other !== undefined && wishOf(other) !== wishOf(operation))
        broken('a payment takes effect once', `two requests paid for reservation ${reservationId}`, [other])
      tellers.set(reservationId, operation)
    }
  }
  const debits = [...ledgerOf(evidence).values()].flat().filter(({ entry }) => entry.kind === 'payment')
  for (const { entry, causes } of debits) {
    const made = snapshot.payments.filter(({ entryId }) => entryId === entry.id)
    if (causes.length > 0) continue
    const operations = [...paysOf(history.of('pay'))].flatMap(([id, pays]) =>
      made.some(({ reservationId }) => reservationId === id) ? pays : [],
    )
    const what = `entry ${entry.id} pays for ${made.map(({ reservationId }) => reservationId).join() || 'nothing'}; nobody asked for that, or only in vain`
    violations.push({ invariant: 'a refusal has no effect', what, operations, rows: [entry, ...made] })
  }
  return violations
}

export function paysOf(operations: Pay[]): Map<number, Pay[]> {
  const pairs = operations.flatMap((operation) => operation.call.reservationIds.map((id) => ({ id, operation })))
  return new Map([...groupBy(pairs, ({ id }) => id)].map(([id, list]) => [id, list.map(({ operation }) => operation)]))
}
