import { z } from 'zod'
import { Problem } from '../problem/problem.ts'

/** The largest id that the tables hold (PostgreSQL `integer`). */
export const MAX_ID = 2_147_483_647

/** An id in a body. */
export const id = z.int().min(1).max(MAX_ID)

/** A path parameter as an id: digits only, no sign, no leading zero. Throws `invalid_request` naming the parameter. */
export function parseId(name: string, text: unknown): number {
  const id = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(id <= MAX_ID)) throw new Problem('invalid_request', `${name} must be a whole number from 1 to ${MAX_ID}.`)
  return id
}
