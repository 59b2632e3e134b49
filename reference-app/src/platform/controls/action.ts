import type { z } from 'zod'

/**
 * Something that an operator has one instance do, once. Unlike a setting it is nothing that others follow or a restart
 * repeats.
 */
export interface Action<Body> {
  method: 'POST' | 'PUT' | 'DELETE'
  /** May hold one `:parameter`. */
  path: string
  does: string
  /** In the audit, as `area.what`. */
  name: string
  body: z.ZodType<Body>
  /** `parameter`: '' without one. Throws a Problem: refused, nothing happened. */
  run(body: Body, parameter: string): Promise<Done>
}

/** `before` and `after` are for the audit. */
export interface Done {
  before: unknown
  after: unknown
  /** Absent: what GET /state says. */
  answer?: unknown
}

/** A view: something to read. */
export interface View {
  path: string
  does: string
  /** JSON. `query`: as sent, unchecked. */
  show(query: Readonly<Record<string, unknown>>): unknown
}
