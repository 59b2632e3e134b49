import type { Balance } from './balance.ts'
import type { BalanceStore } from './balance-store.ts'

/** Every positive id is a user, as for the queue: accounts are somebody else's business. Who never recharged has nothing. */
export async function showBalance(balances: BalanceStore, userId: number): Promise<Balance> {
  return { userId, balance: await balances.read(userId) }
}
