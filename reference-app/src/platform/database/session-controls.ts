import { z } from 'zod'
import type { Action, View } from '../controls/action.ts'
import { parseId } from '../http/id.ts'
import { endSession } from './end-session.ts'
import type { SessionStore } from './session-store.ts'

export function sessionsView(sessions: SessionStore): View {
  return { path: '/database/sessions', does: 'who is connected, and at what', show: () => sessions.list() }
}

/** Throws `session_not_found` or `session_protected`. */
export function endSessionAction(sessions: SessionStore): Action<unknown> {
  return {
    method: 'DELETE',
    path: '/database/sessions/:pid',
    does: 'ends one of them; its transaction is rolled back',
    name: 'database.session-ended',
    body: z.strictObject({}).optional(),
    run: async (_body, pid) => {
      const answer = await endSession(sessions, parseId('pid', pid))
      return { before: null, after: answer, answer }
    },
  }
}
