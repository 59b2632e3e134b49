import { z } from 'zod'
import type { Action } from '../platform/controls/action.ts'
import type { Health } from '../platform/http/health.ts'

/** This instance only, and not for its next life: nobody wants all of them to drain. */
export function drainAction(health: Health): Action<{ draining: boolean }> {
  return {
    method: 'PUT',
    path: '/drain',
    does: 'this instance alone is not ready, so that it gets no new requests; false: it is again',
    name: 'drain',
    body: z.strictObject({ draining: z.boolean() }),
    run: async ({ draining }) => {
      const before = health.setAside
      health.setAside = draining
      return { before, after: draining }
    },
  }
}
