import type { Operation } from '../history.ts'
import { type Evidence, endedBefore, groupBy, type Violation } from './evidence.ts'
import { balanceAfter, ledgerOf, type Posting, windowOf } from './ledger.ts'

/**
 * Writes and reads of one user's balance look as if they had happened one after the other, each at a moment between its question and its answer.
 * The writes' order is not guessed, it is in the ledger; so this is decided without a search: the order must not contradict the clients' clock,
 * and each read, in the order of asking, takes the earliest place behind the reads before it at which the balance was what it says. An
 * earlier place never makes it harder for a later read, so if this way fails, every way does.
 */
export function balancesAreLinearisable(evidence: Evidence): Violation[] {
  const ledgers = ledgerOf(evidence)
  const readsOf = groupBy(evidence.history.of('balance'), ({ userId }) => userId)
  return [
    ...[...ledgers].flatMap(([userId, ledger]) => outOfOrder(userId, ledger)),
    ...[...readsOf].flatMap(([userId, reads]) => misplaced(evidence, ledgers.get(userId) ?? [], reads)),
  ]
}

function outOfOrder(userId: number, ledger: Posting[]): Violation[] {
  let latest: Posting | undefined
  for (const posting of ledger) {
    if (latest !== undefined && posting.acknowledgedAt < latest.invokedAt) {
      const what = `user ${userId}: entry ${posting.entry.id} was acknowledged before entry ${latest.entry.id}, which is above it, was asked for`
      const operations = [...posting.causes, ...latest.causes]
      return [{ invariant: 'the ledger is in the order of the clients’ clock', what, operations }]
    }
    if (latest === undefined || posting.invokedAt > latest.invokedAt) latest = posting
  }
  return []
}

function misplaced(evidence: Evidence, ledger: Posting[], reads: Operation[]): Violation[] {
  const placed: { read: Operation; place: number }[] = []
  for (const read of reads.filter((operation) => operation.end?.outcome === 'ok' && endedBefore(evidence, operation))) {
    const { from, to } = windowOf(ledger, read)
    const before = placed.filter(({ read: { end } }) => (end?.at ?? 0) < read.invokedAt)
    const earliest = Math.max(from, ...before.map(({ place }) => place))
    const balance = (read.end?.body as { balance: number } | undefined)?.balance
    let place = earliest
    while (place <= to && balanceAfter(ledger, place) !== balance) place += 1
    if (place > to) {
      const possible = Array.from({ length: Math.max(0, to - earliest + 1) }, (_, i) =>
        balanceAfter(ledger, earliest + i),
      )
      const around = ledger.slice(Math.max(0, earliest - 2), to + 1)
      const last = before.toSorted((a, b) => a.place - b.place).at(-1)
      return [
        {
          invariant: 'reads of a balance fit into one order with its writes',
          what: `user ${read.userId} read ${balance}; by then it can only have been ${possible.join(' or ') || 'nothing at all'}`,
          operations: [...around.flatMap(({ causes }) => causes), ...(last === undefined ? [] : [last.read]), read],
          rows: around.map(({ entry }) => entry),
        },
      ]
    }
    placed.push({ read, place })
  }
  return []
}
