import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Role } from './operator.ts'

/** One thing that an operator did on one instance. `before` and `after` are JSON. */
export interface AuditEntry {
  id: string
  /** RFC 3339, UTC. */
  at: string
  actor: string
  role: Role
  instance: string
  action: string
  before: unknown
  after: unknown
}

const jsonLine = z.string().transform((line, context): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    context.addIssue('is not JSON')
    return z.NEVER
  }
})

/** A line of an audit file: the ids of entries above it that Postgres knows. */
export const settledLine = jsonLine.pipe(z.object({ settled: z.array(z.uuid()) }))

/** A line of an audit file. */
export const auditLine = jsonLine.pipe(
  z.object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.string(),
    role: z.enum(['viewer', 'operator']),
    instance: z.string(),
    action: z.string(),
    before: z.unknown(),
    after: z.unknown(),
  }),
)

/** Else it repeats what was so on that instance already. */
export function changed({ before, after }: AuditEntry): boolean {
  return !isDeepStrictEqual(before, after)
}
