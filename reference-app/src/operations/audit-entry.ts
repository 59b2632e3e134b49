import { z } from 'zod'
import type { Role } from './role.ts'

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

/** A line of an audit file. */
export const auditLine = z
  .string()
  .transform((line, context): unknown => {
    try {
      return JSON.parse(line)
    } catch {
      context.addIssue('is not JSON')
      return z.NEVER
    }
  })
  .pipe(
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
