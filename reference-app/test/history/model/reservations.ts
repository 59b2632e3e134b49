import { acknowledged, mayHaveEffect, type Operation, wishOf } from '../history.ts'
import type { ReservationRow } from '../snapshot.ts'
import { type Evidence, groupBy, nameOfSet, type Violation } from './evidence.ts'

interface Held {
  id: number
  seatId: number
  userId: number
  price: number
}

/** What was acknowledged is there, in full; what is there was asked for, once. */
export function reservationsAreThoseAskedFor({ history, snapshot }: Evidence): Violation[] {
  const rows = new Map(snapshot.reservations.map((row) => [row.id, row]))
  const owner = new Map<number, Operation>()
  const violations: Violation[] = []
  for (const operation of history.of('reserve')) {
    if (operation.end?.outcome !== 'ok') continue
    const { call, userId, end } = operation
    const broken = (invariant: string, what: string, more: Operation[] = []) =>
      violations.push({ invariant, what, operations: [...more, operation] })
    const body = Array.isArray(end.body) ? (end.body as Held[]) : []
    if (body.map(({ seatId }) => seatId).join() !== call.seatIds.join())
      broken('a reservation is all of its seats or none', `asked for ${call.seatIds}, told ${JSON.stringify(end.body)}`)
    for (const held of body) {
      const row = rows.get(held.id)
      const other = owner.get(held.id)
      if (row === undefined && acknowledged(operation, snapshot.startedAt))
        broken('an acknowledged write is never lost', `reservation ${held.id} is not there`)
      if (row !== undefined && (row.userId !== userId || row.seatId !== held.seatId || row.price !== held.price))
        broken('an answer says what was done', `reservation ${held.id} is another one: ${JSON.stringify(row)}`)
      if (other !== undefined && wishOf(other) !== wishOf(operation))
        broken('a key takes effect once', `reservation ${held.id} was given to two requests`, [other])
      owner.set(held.id, operation)
    }
  }
  return [...violations, ...unclaimed(history.of('reserve'), snapshot.reservations, owner)]
}

/** Rows that no answer named: each batch must be the whole of one request that was never answered for certain. */
function unclaimed(
  asked: Operation<{ kind: 'reserve'; concertId: number; scheduleId: number; seatIds: number[] }>[],
  rows: ReservationRow[],
  owner: Map<number, Operation>,
): Violation[] {
  const nameOf = (userId: number, seatIds: number[]) => `${userId} ${nameOfSet(seatIds)}`
  const open = groupBy(
    asked.filter((operation) => mayHaveEffect(operation) && operation.end?.outcome !== 'ok'),
    ({ userId, call }) => nameOf(userId, call.seatIds),
  )
  const batches = groupBy(
    rows.filter(({ id }) => !owner.has(id)),
    ({ userId, batch }) => `${userId} ${batch}`,
  )
  const named = groupBy(batches.values(), (batch) =>
    nameOf(
      batch[0]?.userId ?? 0,
      batch.map(({ seatId }) => seatId),
    ),
  )
  const violations: Violation[] = []
  for (const [name, made] of named) {
    const wishes = new Set((open.get(name) ?? []).map(wishOf))
    if (made.length <= wishes.size) continue
    const [userId] = name.split(' ').map(Number)
    const seats = new Set(made.flat().map(({ seatId }) => seatId))
    const operations = asked.filter(
      (operation) => operation.userId === userId && operation.call.seatIds.some((seatId) => seats.has(seatId)),
    )
    const what = `${made.length} times the seats ${[...seats]} for user ${userId}, with ${wishes.size} requests that may have reserved just these`
    violations.push({
      invariant: 'a refusal has no effect, and a request takes effect whole and once',
      what,
      operations,
      rows: made.flat(),
    })
  }
  return violations
}
