import { Problem } from '../problem/problem.ts'
import type { SessionStore } from './session-store.ts'

/** Throws `session_not_found`, or `session_protected` for one that is not ours to end. `ended` false: it has not let go yet. */
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
