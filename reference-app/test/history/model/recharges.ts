import { acknowledged, mayHaveEffect } from '../history.ts'
import { type Evidence, groupBy, type Violation } from './evidence.ts'
import { effectOf } from './ledger.ts'

/** Amounts are unique for each user, so that an entry can be nobody else's. */
export function rechargesTakeEffectOnce({ history, snapshot }: Evidence): Violation[] {
  const entries = groupBy(
    snapshot.entries.filter(({ kind }) => kind === 'recharge'),
    ({ userId, amount }) => `${userId} +${amount}`,
  )
  const attempts = groupBy(history.of('recharge'), effectOf)
  const violations: Violation[] = []
  for (const [effect, operations] of attempts) {
    const rows = entries.get(effect) ?? []
    const broken = (invariant: string, what: string) => violations.push({ invariant, what, operations, rows })
    const told = operations.find((operation) => acknowledged(operation, snapshot.startedAt))
    if (rows.length > 1) broken('a recharge takes effect once', `user ${effect}: ${rows.length} entries`)
    if (rows.length === 0 && told !== undefined)
      broken('an acknowledged write is never lost', `user ${effect}: no entry`)
    if (rows.length > 0 && !operations.some(mayHaveEffect))
      broken('a refusal has no effect', `user ${effect}: refused, and there is an entry`)
    const said = (told?.end?.body as { balance: number } | undefined)?.balance
    if (rows.length === 1 && said !== undefined && rows[0]?.balanceAfter !== said)
      broken('an answer says what was done', `user ${effect}: told ${said}, the entry says ${rows[0]?.balanceAfter}`)
  }
  for (const [effect, rows] of entries) {
    if (!attempts.has(effect))
      violations.push({
        invariant: 'nothing happens that nobody asked for',
        what: `user ${effect}`,
        operations: [],
        rows,
      })
  }
  return violations
}
