import type { Operation } from '../history.ts'
import { type Evidence, groupBy, type Violation } from './evidence.ts'

interface Place {
  token: string
  status: 'waiting' | 'admitted'
  expiresAt: string
}

/** Without a place, or with one that has still to wait afterwards, nobody reserves. A turn that has begun does not turn back into waiting. */
export function nobodyGetsPastTheGate({ history, rules }: Evidence): Violation[] {
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
      if (place.status === 'waiting' && early !== undefined) {
        const what = `user ${operation.userId} reserved and was still waiting afterwards`
        return [{ invariant, what, operations: [early.operation, operation] }]
      }
    }
    return []
  })
}

/** Who was told so twice was inside all the time between. */
export function neverMoreInsideThanFit({ history, rules }: Evidence): Violation[] {
  const { capacity } = rules
  if (capacity === undefined) return []
  const told = history.of('join').filter((operation) => placeOf(operation)?.status === 'admitted')
  const stays = [...groupBy(told, (operation) => placeOf(operation)?.token).values()].map((operations) => ({
    from: operations[0]?.end?.at ?? 0,
    to: operations.at(-1)?.invokedAt ?? 0,
    operations: [operations[0], operations.at(-1)].filter((operation) => operation !== undefined),
  }))
  for (const { from } of stays) {
    const inside = stays.filter((stay) => stay.from <= from && from < stay.to)
    if (inside.length <= capacity) continue
    const what = `${inside.length} were inside at once, ${capacity} fit`
    const operations = inside.flatMap((stay) => stay.operations)
    return [{ invariant: 'never more inside than fit', what, operations }]
  }
  return []
}

function placeOf({ call, end }: Operation): Place | undefined {
  return call.kind === 'join' && end?.outcome === 'ok' ? (end.body as Place) : undefined
}
