import { mayHaveEffect, type Operation } from '../history.ts'
import type { Entry, Snapshot } from '../snapshot.ts'
import { type Evidence, groupBy, nameOfSet } from './evidence.ts'

/** One entry and the requests that can have made it: those of its user for just this amount, or for just these reservations. */
export interface Posting {
  entry: Entry
  causes: Operation[]
  /** Before this none of them had been asked. Without causes: never. */
  invokedAt: number
  /** From this on somebody has been told. Infinity: nobody has. */
  acknowledgedAt: number
}

/**
 * What each user's ledger says, in its order, with who asked for it. The order of ids is the order of the effects, because an entry gets its id
 * in the statement that holds the lock of the balance; the checks of the running balance would notice another one.
 */
export function ledgerOf({ history, snapshot }: Evidence): Map<number, Posting[]> {
  const asked = groupBy([...history.of('recharge'), ...history.of('pay')].filter(mayHaveEffect), effectOf)
  const paidBy = groupBy(snapshot.payments, ({ entryId }) => entryId)
  const postings = snapshot.entries.map((entry): Posting => {
    const causes = asked.get(nameOfEntry(entry, paidBy.get(entry.id) ?? [])) ?? []
    return {
      entry,
      causes,
      invokedAt: Math.min(...causes.map(({ invokedAt }) => invokedAt)),
      acknowledgedAt: Math.min(...causes.map(({ end }) => (end?.outcome === 'ok' ? end.at : Number.POSITIVE_INFINITY))),
    }
  })
  return groupBy(postings, ({ entry }) => entry.userId)
}

/** The same for all attempts at one thing, another for everything else. */
export function effectOf({ userId, call }: Operation): string {
  if (call.kind === 'recharge') return `${userId} +${call.amount}`
  if (call.kind === 'pay') return `${userId} pays ${nameOfSet(call.reservationIds)}`
  return ''
}

function nameOfEntry({ userId, kind, amount }: Entry, payments: Snapshot['payments']): string {
  if (kind === 'recharge') return `${userId} +${amount}`
  return `${userId} pays ${nameOfSet(payments.map(({ reservationId }) => reservationId))}`
}

/**
 * How many of the user's entries an operation may have seen, at least and at most: what was acknowledged before it was asked is among them, what
 * was asked after its answer is not.
 */
export function windowOf(ledger: Posting[], { invokedAt, end }: Operation): { from: number; to: number } {
  const answeredAt = end?.at ?? Number.POSITIVE_INFINITY
  const from = ledger.findLastIndex(({ acknowledgedAt }) => acknowledgedAt < invokedAt) + 1
  const later = ledger.findIndex((posting) => posting.invokedAt > answeredAt)
  return { from, to: later === -1 ? ledger.length : later }
}

/** After the first `count` entries. */
export function balanceAfter(ledger: Posting[], count: number): number {
  return ledger[count - 1]?.entry.balanceAfter ?? 0
}
