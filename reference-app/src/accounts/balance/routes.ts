import { z } from 'zod'
import { parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import type { Mutations } from '../../platform/idempotency/mutations.ts'
import type { BalanceStore } from './balance-store.ts'
import { MAX_BALANCE, rechargeBalance } from './recharge-balance.ts'

export interface Balances {
  balances: BalanceStore
  mutations: Mutations
}

const rechargeBody = z.strictObject({ amount: z.int().min(1).max(MAX_BALANCE) })

/** Users' balances. Without a queue token: these routes have no waiting room. */
export const BALANCE_OPERATIONS = {
  balance_read: {
    method: 'GET',
    path: '/api/v1/balance/users/:userId',
    class: 'purchase',
    // Every positive id is a user, as for the queue. Who never recharged has nothing.
    answer: async ({ params }, { balances }) => {
      const userId = parseId('userId', params.userId)
      return { status: 200, body: { userId, balance: await balances.read(userId) } }
    },
  },
  balance_recharge: {
    method: 'POST',
    path: '/api/v1/balance/users/:userId/recharge',
    class: 'purchase',
    answer: async (request, { balances, mutations }) => {
      const recharge = { userId: parseId('userId', request.params.userId), ...parseBody(request, rechargeBody) }
      return (await rechargeBalance(mutations, balances, recharge, idempotencyKeyOf(request))).answer
    },
  },
} satisfies Operations<Balances>
