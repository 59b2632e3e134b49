import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Problem } from '../problem/problem.ts'

/** Names, mail addresses, host/user pairs. It ends up in logs and in the audit file. */
const ACTOR = /^[A-Za-z0-9][A-Za-z0-9 ._@:/+-]{0,63}$/

/** Throws `unauthorized` unless the request carries the token. Digests are compared, so neither content nor length shows in the time. */
export function requireOperator(request: IncomingMessage, token: string): void {
  const given = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (timingSafeEqual(digest(given), digest(token))) return
  throw new Problem('unauthorized', 'Send the operator token: Authorization: Bearer <token>.', {
    headers: { 'www-authenticate': 'Bearer' },
  })
}

/** Who says to be acting: one token is shared by people and tools, so this is for the record only. Throws `invalid_request`. */
export function actorOf(request: IncomingMessage): string {
  const header = request.headers['x-drillbook-actor']
  if (header === undefined) return 'unknown'
  if (typeof header !== 'string' || !ACTOR.test(header)) {
    throw new Problem('invalid_request', 'x-drillbook-actor must be 1 to 64 letters, digits, spaces or . _ @ : / + -.')
  }
  return header
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
