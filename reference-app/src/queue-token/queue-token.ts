import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../problem/problem.ts'

/** The right of one user to use the box office until a moment. */
export interface QueueToken {
  userId: number
  expiresAt: Date
}

/** How long an admitted user may browse and buy: the six steps of the purchase take about one minute, a slow human ten. */
export const QUEUE_TOKEN_LIFETIME_MS = 15 * 60_000

/** Signed with the body, so that a signature made with the same secret for another purpose or version is worth nothing here. */
const PURPOSE = 'queue-token.v1'
/** A real token has about 110 characters. */
const MAX_LENGTH = 512
const SHAPE = /^([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{43})$/

const claims = z.strictObject({ sub: z.int().positive(), exp: z.int().positive() })

/**
 * Text form: base64url(JSON {sub, exp}) "." base64url(HMAC-SHA256). There is one algorithm and no header that names it, so there is
 * nothing to downgrade. `exp` in Unix milliseconds.
 */
export class QueueTokens {
  private readonly secret: string

  constructor(secret: string) {
    this.secret = secret
  }

  issue(userId: number, now: Date): { text: string; token: QueueToken } {
    const expiresAt = new Date(now.getTime() + QUEUE_TOKEN_LIFETIME_MS)
    const body = Buffer.from(JSON.stringify({ sub: userId, exp: expiresAt.getTime() })).toString('base64url')
    return { text: `${body}.${this.signature(body)}`, token: { userId, expiresAt } }
  }

  /** Throws `queue_token_missing`, `queue_token_invalid` or `queue_token_expired`. Nothing of the body is read before the signature holds. */
  verify(text: string | undefined, now: Date): QueueToken {
    if (text === undefined || text === '') {
      throw new Problem('queue_token_missing', 'Join the queue and send its token in the header QUEUE-TOKEN.', {
        headers: { 'www-authenticate': 'QueueToken' },
      })
    }
    const [, body, signature] = (text.length <= MAX_LENGTH ? SHAPE.exec(text) : null) ?? []
    if (body === undefined || signature === undefined || !this.matches(body, signature)) throw invalid()
    const parsed = claims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
    if (!parsed.success) throw invalid()
    const expiresAt = new Date(parsed.data.exp)
    if (expiresAt <= now) {
      throw new Problem('queue_token_expired', 'Join the queue again.', {
        headers: { 'www-authenticate': 'QueueToken' },
      })
    }
    return { userId: parsed.data.sub, expiresAt }
  }

  private signature(body: string): string {
    return createHmac('sha256', this.secret).update(`${PURPOSE}.${body}`).digest('base64url')
  }

  /** Compares the text, not the decoded bytes: base64url has several spellings of the same bytes, a token has one. */
  private matches(body: string, signature: string): boolean {
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.signature(body)))
  }
}

/** Throws `queue_token_of_another`. */
export function requireUser(token: QueueToken, userId: number): void {
  if (token.userId === userId) return
  throw new Problem('queue_token_of_another', `This token does not belong to user ${userId}.`)
}

function invalid(): Problem {
  return new Problem('queue_token_invalid', 'This token was not issued here. Join the queue again.')
}
