import type { Mutated, Mutations } from '../../platform/idempotency/mutations.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { BalanceStore } from './balance-store.ts'

/**
 * Far above the price of every seat that one user may hold, far below what the column holds (PostgreSQL `integer`).
 * Won.
 */
export const MAX_BALANCE = 1_000_000_000

export interface Recharge {
  userId: number
  /** Won. */
  amount: number
}

/** Throws `balance_limit`. */
export async function rechargeBalance(
  mutations: Mutations,
  balances: BalanceStore,
  { userId, amount }: Recharge,
  key: string | undefined,
): Promise<Mutated> {
  const mutation = { userId, route: 'POST /balance/users/{userId}/recharge', key, request: { amount } }
  return await mutations.run(mutation, async (transaction) => {
    const balance = await balances.credit(transaction, userId, amount, MAX_BALANCE)
    if (balance === undefined) {
      throw new Problem('balance_limit', `A balance is at most ${MAX_BALANCE}.`)
    }
    return { status: 200, body: { userId, balance } }
  })
}
