import { randomUUID } from 'node:crypto'
import type { Action, Done } from '../platform/controls/action.ts'
import type { AuditEntry } from './audit-entry.ts'
import type { Operator } from './operator.ts'
import type { Plane } from './plane.ts'

/**
 * Runs it and puts it on record: in the file of this instance at once, in the table now or, when Postgres does not
 * answer in time, later.
 */
export async function runAction<Body>(
  { instance, trail, state }: Plane,
  { name, run }: Action<Body>,
  body: Body,
  parameter: string,
  { actor, role }: Operator,
): Promise<Done> {
  const done = await run(body, parameter)
  const { before, after } = done
  const at = new Date().toISOString()
  const entry: AuditEntry = { id: randomUUID(), at, actor, role, instance, action: name, before, after }
  await trail.note(entry)
  trail.write(entry)
  await state.exchangeInTime()
  return done
}
