import { type Request, Router } from 'express'
import { z } from 'zod'
import { parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { parseBody } from '../../platform/http/parse-body.ts'
import { idempotencyKeyOf } from '../../platform/idempotency/key.ts'
import type { Mutations } from '../../platform/idempotency/mutations.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { BalanceStore } from './balance-store.ts'
import { MAX_BALANCE, rechargeBalance } from './recharge-balance.ts'
import { showBalance } from './show-balance.ts'

export interface Balances {
  balances: BalanceStore
  mutations: Mutations
}

const rechargeBody = z.strictObject({ amount: z.int().min(1).max(MAX_BALANCE) })

/** What users may spend. No queue token: nobody stands in line for this. */
export function balanceRoutes({ balances, mutations }: Balances, context: OperationContext): Router {
  const router = Router()

  router
    .route('/balance/users/:userId')
    .get(
      operation(context, 'balance_read', async (request: Request) => ({
        status: 200,
        body: await showBalance(balances, parseId('userId', request.params.userId)),
      })),
    )
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/balance/users/:userId/recharge')
    .post(
      operation(context, 'balance_recharge', async (request: Request) => {
        const recharge = { userId: parseId('userId', request.params.userId), ...parseBody(request, rechargeBody) }
        return (await rechargeBalance(mutations, balances, recharge, idempotencyKeyOf(request))).answer
      }),
    )
    .all(methodNotAllowed('POST'))

  return router
}
