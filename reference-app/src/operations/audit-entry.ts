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
