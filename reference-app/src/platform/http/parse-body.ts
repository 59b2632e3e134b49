import type { z } from 'zod'
import { Problem } from '../problem/problem.ts'

/**
 * Enough to see what is wrong: a body of 64 kB can hold ten thousand wrong fields, and its refusal shall not be larger
 * than it.
 */
const MAX_NAMED = 10
const MAX_DETAIL_LENGTH = 1_000

/** The body in the shape that `schema` promises. Throws `invalid_request` that names wrong fields. */
export function parseBody<T>(request: { body?: unknown }, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const wrong = issues.slice(0, MAX_NAMED).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  if (issues.length > MAX_NAMED) wrong.push(`and ${issues.length - MAX_NAMED} more`)
  const detail = wrong.join('; ')
  throw new Problem(
    'invalid_request',
    detail.length > MAX_DETAIL_LENGTH ? `${detail.slice(0, MAX_DETAIL_LENGTH)}...` : detail,
  )
}
