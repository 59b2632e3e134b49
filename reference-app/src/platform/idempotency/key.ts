import type { IncomingMessage } from 'node:http'
import { Problem } from '../problem/problem.ts'

/**
 * UUIDs, hashes, order numbers, with or without the quotes of the IETF draft. It ends up in a table, never in a log.
 */
const KEY = /^[A-Za-z0-9"._:~+/=-]{1,128}$/

/** The header Idempotency-Key; undefined without one. Throws `idempotency_key_invalid`. */
export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && KEY.test(key)) return key
  throw new Problem(
    'idempotency_key_invalid',
    'Idempotency-Key must be 1 to 128 letters, digits or any of " . _ : ~ + / = -.',
  )
}

/** A request with the same key is in flight, here or on another instance; this one does not wait for it. */
export function keyInFlight(): Problem {
  return new Problem('idempotency_key_in_flight', 'Wait for its answer, or send this again in a moment.')
}
