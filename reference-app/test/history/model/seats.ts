import { mayHaveEffect, type Operation } from '../history.ts'
import { CLOCK_SLACK_MS, type Evidence, groupBy, type Violation } from './evidence.ts'

const INVARIANT = 'one live hold or sale for each seat'

/** In the rows: by the clock after they were read, so that what counts as live was so when they were. */
export function seatsAreSoldOnce({ history, snapshot }: Evidence): Violation[] {
  const live = snapshot.reservations.filter(
    ({ status, expiresAt }) => status === 'paid' || (status === 'held' && expiresAt > snapshot.readAt + CLOCK_SLACK_MS),
  )
  return [...groupBy(live, ({ seatId }) => seatId)].flatMap(([seatId, rows]) =>
    rows.length === 1
      ? []
      : [
          {
            invariant: INVARIANT,
            what: `seat ${seatId} has ${rows.length}`,
            operations: history
              .of('reserve')
              .filter((operation) => operation.call.seatIds.includes(seatId) && mayHaveEffect(operation)),
            rows,
          },
        ],
  )
}

interface Tenure {
  operation: Operation
  reservationId: number
  from: number
  to: number
}

/** In the answers: from the moment at which one user was told, until it expires or, once it was paid for, for ever. */
export function promisedSeatsDoNotOverlap({ history }: Evidence): Violation[] {
  const paid = new Map<number, Operation>()
  for (const operation of history.of('pay'))
    if (operation.end?.outcome === 'ok') for (const id of operation.call.reservationIds) paid.set(id, operation)
  const tenures = new Map<number, Tenure[]>()
  const seen = new Set<number>()
  for (const operation of history.of('reserve')) {
    if (operation.end?.outcome !== 'ok') continue
    for (const { id, seatId, expiresAt } of operation.end.body as { id: number; seatId: number; expiresAt: string }[]) {
      if (seen.has(id)) continue
      seen.add(id)
      const to = paid.has(id) ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)
      const tenure = { operation, reservationId: id, from: operation.end.at, to }
      tenures.set(seatId, [...(tenures.get(seatId) ?? []), tenure])
    }
  }
  return [...tenures].flatMap(([seatId, list]) => overlapOf(seatId, list, paid))
}

function overlapOf(seatId: number, tenures: Tenure[], paid: Map<number, Operation>): Violation[] {
  const sorted = tenures.toSorted((a, b) => a.from - b.from)
  let last: Tenure | undefined
  for (const next of sorted) {
    if (last !== undefined && next.from + CLOCK_SLACK_MS < Math.min(last.to, next.to)) {
      const both = [last, next]
      const payments = both.flatMap(({ reservationId }) => paid.get(reservationId) ?? [])
      const what = `seat ${seatId} was promised to user ${last.operation.userId} and to user ${next.operation.userId} for the same time`
      return [{ invariant: INVARIANT, what, operations: [...both.map(({ operation }) => operation), ...payments] }]
    }
    if (last === undefined || next.to > last.to) last = next
  }
  return []
}
