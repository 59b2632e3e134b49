import { joinQueue } from './journeys/stand-in-line.ts'
import type { Visitor } from './visitor.ts'

/** So few that joining is rare: looking around needs a token, but no turn. */
const RETURNING_VISITORS = 50
/** Ids beyond those of buyers, so that no visitor gives up another one's place. */
const FIRST_ID = 100_001
/** A token is renewed after half of its life at the earliest: not all at once. */
const EARLIEST = 0.5

interface ReturningVisitor {
  token: string
  /** When it wants a new one. Unix milliseconds. */
  until: number
}

/** Visitors who browse again and again. Each keeps the token of its first visit until that ends. */
export class ReturningVisitors {
  private readonly known = new Map<number, ReturningVisitor>()

  /** The headers with which one of them looks around; undefined when it could not join. */
  async headersOf(visitor: Visitor): Promise<Record<string, string> | undefined> {
    const userId = FIRST_ID + visitor.upTo(RETURNING_VISITORS) - 1
    const known = this.known.get(userId)
    if (known !== undefined && known.until > Date.now()) return { 'queue-token': known.token }
    const place = await joinQueue(visitor, userId)
    if (place === undefined) {
      return known === undefined ? undefined : { 'queue-token': known.token } // it lives a while yet
    }
    const life = Date.parse(place.expiresAt) - Date.now()
    const until = Date.now() + life * (EARLIEST + visitor.random() * (0.9 - EARLIEST))
    this.known.set(userId, { token: place.token, until })
    return { 'queue-token': place.token }
  }

  /** After a refusal: the next visit joins again. */
  forget(headers: Record<string, string>): void {
    for (const [userId, { token }] of this.known) if (token === headers['queue-token']) this.known.delete(userId)
  }
}
