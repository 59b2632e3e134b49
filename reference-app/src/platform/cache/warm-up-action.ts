import { z } from 'zod'
import type { Action } from '../controls/action.ts'
import type { Copy, WarmUp } from './warm-up.ts'

/**
 * Answers when everything is in the current source. Throws `warm_up_running` or `warm_up_failed`. `plan`: all that is
 * to be copied.
 */
export function warmUpAction(warmUp: WarmUp, plan: () => Promise<Copy[]>): Action<unknown> {
  return {
    method: 'POST',
    path: '/cache/warm-up',
    does: 'copies everything into the current source',
    name: 'cache.warm-up',
    body: z.strictObject({}).optional(),
    run: async () => {
      const before = warmUp.progress
      const after = await warmUp.run(plan)
      return { before, after, answer: { done: after.done, total: after.total } }
    },
  }
}
