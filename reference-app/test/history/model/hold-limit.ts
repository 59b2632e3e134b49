import { mayHaveEffect, type Operation } from '../history.ts'
import { CLOCK_SLACK_MS, type Evidence, groupBy, type Violation } from './evidence.ts'

const INVARIANT = 'nobody holds more seats than allowed'

/** In the rows. */
export function holdLimitIsKept({ history, snapshot, rules }: Evidence): Violation[] {
  const held = snapshot.reservations.filter(
    ({ status, expiresAt }) => status === 'held' && expiresAt > snapshot.readAt + CLOCK_SLACK_MS,
  )
  return [...groupBy(held, ({ userId }) => userId)].flatMap(([userId, rows]) => {
    if (rows.length <= rules.holdLimit) return []
    const seats = new Set(rows.map(({ seatId }) => seatId))
    const operations = history
      .of('reserve')
      .filter(({ userId: of, call, end }) => {
        return of === userId && end?.outcome === 'ok' && call.seatIds.some((seatId) => seats.has(seatId))
      })
      .slice(-8)
    const what = `user ${userId} holds ${rows.length} unpaid seats, ${rules.holdLimit} are allowed`
    return [{ invariant: INVARIANT, what, operations, rows }]
  })
}

interface Tenure {
  operation: Operation
  from: number
  to: number
}

/**
 * In the answers, at every moment and not only when the rows are read: a hold is there from the answer at the latest until it expires or somebody
 * begins to pay for it. Whoever was last to be counted has counted all the others that are there with it.
 */
export function promisedHoldsAreWithinTheLimit({ history, rules }: Evidence): Violation[] {
  const payment = new Map<number, number>()
  for (const operation of history.of('pay').filter(mayHaveEffect))
    for (const id of operation.call.reservationIds)
      payment.set(id, Math.min(operation.invokedAt, payment.get(id) ?? Number.POSITIVE_INFINITY))
  const tenures = new Map<number, { userId: number; tenure: Tenure }>()
  for (const operation of history.of('reserve')) {
    if (operation.end?.outcome !== 'ok') continue
    const from = operation.end.at
    for (const { id, expiresAt } of operation.end.body as { id: number; expiresAt: string }[]) {
      const to = Math.min(Date.parse(expiresAt) - CLOCK_SLACK_MS, payment.get(id) ?? Number.POSITIVE_INFINITY)
      if (from < to && !tenures.has(id)) tenures.set(id, { userId: operation.userId, tenure: { operation, from, to } })
    }
  }
  const byUser = groupBy(tenures.values(), ({ userId }) => userId)
  return [...byUser].flatMap(([userId, list]) => {
    const all = list.map(({ tenure }) => tenure)
    for (const { from } of all) {
      const there = all.filter((tenure) => tenure.from <= from && from < tenure.to)
      if (there.length <= rules.holdLimit) continue
      const what = `user ${userId} was told to hold ${there.length} unpaid seats at once, ${rules.holdLimit} are allowed`
      return [{ invariant: INVARIANT, what, operations: there.map(({ operation }) => operation) }]
    }
    return []
  })
}
