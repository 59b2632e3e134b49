import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../platform/problem/codes.ts'
import { Problem } from '../platform/problem/problem.ts'

/** A user's identity in the waiting room, until it expires. */
export interface QueueToken {
  userId: number
  expiresAt: Date
  /** The stay in the waiting room that it belongs to. Absent: issued while there was no waiting room. */
  id?: string
}

/**
 * How long an admitted user may browse and buy: the six steps of the purchase take about one minute, a slow human ten.
 */
export const QUEUE_TOKEN_LIFETIME_MS = 15 * 60_000

/**
 * Signed with the body, so that a signature made with the same secret for another purpose or version is worth nothing
 * here.
 */
const PURPOSE = 'queue-token.v1'
/** A real token has about 130 characters. */
const MAX_LENGTH = 512
const SHAPE = /^([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{43})$/

const claims = z.strictObject({
  sub: z.int().positive(),
  exp: z.int().positive(),
  jti: z.string().min(1).max(64).optional(),
})

/**
 * Text form: base64url(JSON {sub, exp, jti?}) "." base64url(HMAC-SHA256). There is one algorithm and no header that
 * names it, so there is nothing to downgrade. `exp` in Unix milliseconds. The same token always has the same text.
 */
export class QueueTokens {
  private readonly secret: string
  private readonly onRefused: (code: ProblemCode) => void

  /** `onRefused` is called for every invalid token. */
  constructor(secret: string, onRefused: (code: ProblemCode) => void = () => undefined) {
    this.secret = secret
    this.onRefused = onRefused
  }

  /** A token that needs no waiting room. */
  issue(userId: number, now: Date): { text: string; token: QueueToken } {
    const token = { userId, expiresAt: new Date(now.getTime() + QUEUE_TOKEN_LIFETIME_MS) }
    return { text: this.sign(token), token }
  }

  sign({ userId, expiresAt, id }: QueueToken): string {
    const claims = { sub: userId, exp: expiresAt.getTime(), ...(id === undefined ? {} : { jti: id }) }
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${body}.${this.signature(body)}`
  }

  /**
   * Throws `queue_token_missing`, `queue_token_invalid` or `queue_token_expired`. Nothing of the body is read before
   * the signature holds.
   */
  verify(text: string | undefined, now: Date): QueueToken {
    if (text === undefined || text === '') {
      throw this.refusal('queue_token_missing', 'Join the queue and send its token in the header QUEUE-TOKEN.')
    }
    const [, body, signature] = (text.length <= MAX_LENGTH ? SHAPE.exec(text) : null) ?? []
    if (body === undefined || signature === undefined || !this.matches(body, signature)) throw this.invalid()
    const parsed = claims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
    if (!parsed.success) throw this.invalid()
    const { sub, exp, jti } = parsed.data
    if (exp <= now.getTime()) throw this.refusal('queue_token_expired', 'Join the queue again.')
    return { userId: sub, expiresAt: new Date(exp), ...(jti === undefined ? {} : { id: jti }) }
  }

  /** As `verify`, and throws `queue_token_of_another` when it is not this user's. */
  verifyFor(userId: number, text: string | undefined, now: Date): QueueToken {
    const token = this.verify(text, now)
    if (token.userId === userId) return token
    throw this.refusal('queue_token_of_another', `This token does not belong to user ${userId}.`)
  }

  private signature(body: string): string {
    return createHmac('sha256', this.secret).update(`${PURPOSE}.${body}`).digest('base64url')
  }

  /** Compares the text, not the decoded bytes: base64url has several spellings of the same bytes, a token has one. */
  private matches(body: string, signature: string): boolean {
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.signature(body)))
  }

  private invalid(): Problem {
    return this.refusal('queue_token_invalid', 'This token was not issued here. Join the queue again.')
  }

  private refusal(code: ProblemCode, detail: string): Problem {
    this.onRefused(code)
    const headers: Record<string, string> = PROBLEMS[code].status === 401 ? { 'www-authenticate': 'QueueToken' } : {}
    return new Problem(code, detail, { headers })
  }
}
