import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { readSecret } from '../platform/env/secret.ts'
import { Problem } from '../platform/problem/problem.ts'

/** What a token allows: `viewer` reads, `operator` also changes. */
export type Role = 'viewer' | 'operator'

/** Names, mail addresses, host/user pairs. It ends up in logs and in the audit. */
const ACTOR = /^[A-Za-z0-9][A-Za-z0-9 ._@:/+-]{0,63}$/

/** The secret of each role. */
export interface Tokens {
  operator: string
  /** Absent: no read-only token. */
  viewer?: string
}

/** Adds to `problems` what is wrong with the files of the tokens. */
export function readTokens(
  env: { OPS_TOKEN_FILE: string; OPS_VIEWER_TOKEN_FILE?: string | undefined },
  problems: string[],
): Tokens {
  const operator = readSecret('OPS_TOKEN_FILE', env.OPS_TOKEN_FILE, problems)
  if (env.OPS_VIEWER_TOKEN_FILE === undefined) return { operator }
  return { operator, viewer: readSecret('OPS_VIEWER_TOKEN_FILE', env.OPS_VIEWER_TOKEN_FILE, problems) }
}

/** Who acts. */
export interface Operator {
  actor: string
  role: Role
}

/**
 * What the token of the request allows. Throws `unauthorized`. Digests are compared, all of them, so that neither
 * content nor length shows in the time.
 */
export function roleOf(request: IncomingMessage, { operator, viewer }: Tokens): Role {
  const given = digest(/^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
  const isOperator = timingSafeEqual(given, digest(operator))
  const isViewer = timingSafeEqual(given, digest(viewer ?? operator))
  if (isOperator) return 'operator'
  if (isViewer) return 'viewer'
  throw new Problem('unauthorized', 'Send the token of a viewer or an operator: Authorization: Bearer <token>.', {
    headers: { 'www-authenticate': 'Bearer' },
  })
}

/** The actor as the client states it: tokens are shared, so this is for the record only. Throws `invalid_request`. */
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
