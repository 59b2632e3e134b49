import { z } from 'zod'
import type { Action } from '../../platform/controls/action.ts'
import type { WaitingRoom } from './waiting-room.ts'

/**
 * For all instances: the room is one. Whoever is asked while it is being rebuilt joins, so the call may go to every
 * instance.
 */
export function restoreAction(room: WaitingRoom): Action<unknown> {
  return {
    method: 'POST',
    path: '/waiting-room/restore',
    does: 'rebuilds the line from its journal, in the order of joining; closed meanwhile, for about a second',
    name: 'waiting-room.restore',
    body: z.strictObject({}).optional(),
    run: async () => {
      const restored = await room.restore()
      return { before: null, after: restored, answer: restored }
    },
  }
}
