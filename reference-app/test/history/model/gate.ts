import type { FaultName, Outage } from '../faults.ts'
import type { Operation } from '../history.ts'
import { type Evidence, groupBy, type Violation } from './evidence.ts'

interface Place {
  token: string
  status: 'waiting' | 'admitted'
  expiresAt: string
}

/** After these the room is rebuilt from its journal. What nobody was told of and was not written there yet has then never been. */
const LOSSES: readonly FaultName[] = ['queue-flushed', 'queue-lost']

/** Without a place, or with one that has still to wait afterwards, nobody reserves. A turn that has begun does not turn back into waiting. */
export function nobodyGetsPastTheGate({ history, outages, rules }: Evidence): Violation[] {
  if (rules.capacity === undefined) return []
  const invariant = 'nobody reserves who was not admitted'
  const byClient = groupBy(history.operations, ({ client }) => client)
  return [...byClient.values()].flatMap((operations) => {
    // One at a time, so the token of a request is the one of the last join before it.
    let token: string | undefined
    const through: { operation: Operation; token: string }[] = []
    for (const operation of operations) {
      const place = placeOf(operation)
      if (operation.call.kind === 'reserve' && operation.end?.outcome === 'ok') {
        if (token === undefined)
          return [{ invariant, what: `user ${operation.userId} had not joined`, operations: [operation] }]
        through.push({ operation, token })
      }
      if (place === undefined) continue
      token = place.token
      const early = through.find((passed) => passed.token === place.token)
      if (place.status === 'waiting' && early !== undefined && areOfOneRoom(outages, early.operation, operation)) {
        const what = `user ${operation.userId} reserved and was still waiting afterwards`
        return [{ invariant, what, operations: [early.operation, operation] }]
      }
    }
    return []
  })
}

/** Who was told so twice was inside all the time between. */
export function neverMoreInsideThanFit({ history, outages, rules }: Evidence): Violation[] {
  const { capacity } = rules
  if (capacity === undefined) return []
  const told = history.of('join').filter((operation) => placeOf(operation)?.status === 'admitted')
  const stays = [...groupBy(told, (operation) => placeOf(operation)?.token).values()].flatMap((operations) => {
    // Of the latest room that the stay was seen in: what an earlier one knew may have been lost with it.
    const last = operations.at(-1)
    const first = operations.find((operation) => last !== undefined && areOfOneRoom(outages, operation, last))
    if (first === undefined || last === undefined) return []
    return [{ from: first.end?.at ?? 0, to: last.invokedAt, operations: [first, last] }]
  })
  for (const { from } of stays) {
    const inside = stays.filter((stay) => stay.from <= from && from < stay.to)
    if (inside.length <= capacity) continue
    const what = `${inside.length} were inside at once, ${capacity} fit`
    const operations = inside.flatMap((stay) => stay.operations)
    return [{ invariant: 'never more inside than fit', what, operations }]
  }
  return []
}

interface Stay {
  /** Nobody can have had this place before. */
  notBefore: number
  /** Its owner had it from then on. */
  since: number
  /** In order. */
  told: Operation[]
}

/** Both were waiting, the later one was let in, and then the earlier one still waited. Places are kept when the room is rebuilt. */
export function whoCameFirstIsLetInFirst({ history, outages, rules }: Evidence): Violation[] {
  if (rules.capacity === undefined) return []
  const stays = staysOf(history.of('join'))
  const isWaiting = (operation: Operation) => placeOf(operation)?.status === 'waiting'
  for (const later of stays) {
    const admitted = later.told.find((operation) => !isWaiting(operation))
    const waited = later.told
      .filter((one) => isWaiting(one) && admitted !== undefined && endsBefore(one, admitted))
      .at(-1)
    if (admitted === undefined || waited === undefined) continue
    for (const earlier of stays.filter(({ since }) => since < later.notBefore)) {
      const still = earlier.told.find((one) => isWaiting(one) && endsBefore(admitted, one))
      if (still === undefined || !areOfOneRoom(outages, waited, still)) continue
      const what = `user ${later.told[0]?.userId} came later than user ${earlier.told[0]?.userId} and was let in before`
      const operations = [earlier.told[0], later.told[0], waited, admitted, still].filter((one) => one !== undefined)
      return [{ invariant: 'who came first is let in first', what, operations }]
    }
  }
  return []
}

function staysOf(joins: Operation[]): Stay[] {
  return [...groupBy(joins, ({ client }) => client).values()].flatMap((operations) => {
    const stays = new Map<string, Stay>()
    let notBefore: number | undefined
    for (const operation of operations) {
      notBefore ??= operation.invokedAt // one without an answer may have brought the place, too
      const place = placeOf(operation)
      if (place === undefined) continue
      const stay = stays.get(place.token) ?? { notBefore, since: operation.end?.at ?? 0, told: [] }
      stay.told.push(operation)
      stays.set(place.token, stay)
      notBefore = undefined
    }
    return [...stays.values()]
  })
}

/** Nothing was lost from the one to the other. */
function areOfOneRoom(outages: Outage[], first: Operation, last: Operation): boolean {
  return !outages.some(
    ({ fault, from, until = Number.POSITIVE_INFINITY }) =>
      LOSSES.includes(fault) && from < (last.end?.at ?? 0) && until > first.invokedAt,
  )
}

function endsBefore({ end }: Operation, { invokedAt }: Operation): boolean {
  return end !== undefined && end.at < invokedAt
}

function placeOf({ call, end }: Operation): Place | undefined {
  return call.kind === 'join' && end?.outcome === 'ok' ? (end.body as Place) : undefined
}
