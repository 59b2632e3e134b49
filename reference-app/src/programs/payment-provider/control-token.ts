import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/**
 * Throws `unauthorized` unless the request carries the token. Digests are compared, so neither content nor length shows
 * in the time.
 */
export function requireControlToken(request: IncomingMessage, token: string): void {
  const given = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!timingSafeEqual(digest(given), digest(token))) {
    throw new Refusal(401, 'unauthorized', 'send the control token: Authorization: Bearer <token>')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
