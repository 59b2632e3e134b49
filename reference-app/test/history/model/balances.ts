import { type Evidence, groupBy, type Violation } from './evidence.ts'
import { ledgerOf, type Posting } from './ledger.ts'

/** In the rows: never negative, equal to the ledger, and the ledger adds up. */
export function balancesEqualTheirLedger(evidence: Evidence): Violation[] {
  const { balances } = evidence.snapshot
  const ledgers = ledgerOf(evidence)
  const violations: Violation[] = []
  for (const [userId, amount] of balances) {
    const ledger = ledgers.get(userId) ?? []
    const sum = ledger.reduce((total, { entry }) => total + entry.amount, 0)
    if (amount < 0)
      violations.push(broken('no balance is below zero', `user ${userId} has ${amount}`, ledger.slice(-3)))
    if (amount !== sum) {
      const what = `user ${userId} has ${amount}, the entries make ${sum}`
      const invariant = 'a balance is the sum of its ledger'
      violations.push(broken(invariant, what, suspects(ledger)))
    }
  }
  return violations
}

/** The first entry that does not continue the one before it, and its neighbours. */
function suspects(ledger: Posting[]): Posting[] {
  let running = 0
  const wrong = ledger.findIndex(({ entry }) => {
    running += entry.amount
    return running !== entry.balanceAfter
  })
  return wrong === -1 ? ledger.slice(-3) : ledger.slice(Math.max(0, wrong - 1), wrong + 2)
}

export function ledgersAddUp(evidence: Evidence): Violation[] {
  const { snapshot } = evidence
  const violations: Violation[] = []
  for (const [userId, ledger] of ledgerOf(evidence)) {
    const [first, second] = suspects(ledger)
    let running = 0
    const wrong = ledger.find(({ entry }) => {
      running += entry.amount
      return running !== entry.balanceAfter
    })
    if (wrong === undefined || first === undefined) continue
    const what = `user ${userId}: entry ${wrong.entry.id} says ${wrong.entry.balanceAfter}, the entries until then make ${running}`
    violations.push(
      broken('each entry continues the one before it', what, second === undefined ? [first] : [first, second]),
    )
  }
  const paid = groupBy(snapshot.payments, ({ entryId }) => entryId)
  for (const entry of snapshot.entries.filter(({ kind }) => kind === 'payment')) {
    const payments = paid.get(entry.id) ?? []
    const sum = payments.reduce((total, { amount }) => total + amount, 0)
    if (sum === -entry.amount) continue
    violations.push({
      invariant: 'an entry is the sum of its payments',
      what: `entry ${entry.id} takes ${-entry.amount}, its payments make ${sum}`,
      operations: [],
      rows: [entry, ...payments],
    })
  }
  return violations
}

function broken(invariant: string, what: string, postings: Posting[]): Violation {
  return {
    invariant,
    what,
    operations: postings.flatMap(({ causes }) => causes),
    rows: postings.map(({ entry }) => entry),
  }
}
