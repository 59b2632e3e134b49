import { z } from 'zod'
import type { Action, View } from '../controls/action.ts'
import { parseId } from '../http/id.ts'
import { Problem } from '../problem/problem.ts'
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

/**
 * Throws `session_not_found`, or `session_protected` for one that is not ours to end. `ended` false: it has not let go
 * yet.
 */
export async function endSession(sessions: SessionStore, pid: number): Promise<{ pid: number; ended: boolean }> {
  const found = await sessions.terminate(pid)
  if (found === undefined) throw new Problem('session_not_found', `There is no session ${pid}.`)
  if (!found.mayEnd) {
    throw new Problem(
      'session_protected',
      `Session ${pid} belongs to another database or role, to replication or to the operations plane.`,
    )
  }
  return { pid, ended: found.ended }
}
