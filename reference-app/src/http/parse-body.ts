import type { z } from 'zod'
import { Problem } from '../problem/problem.ts'

/** The body in the shape that `schema` promises. Throws `invalid_request` that names every wrong field. */
export function parseBody<T>(request: { body?: unknown }, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  throw new Problem('invalid_request', wrong.join('; '))
}
