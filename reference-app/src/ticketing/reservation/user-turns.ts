import { keyInFlight } from '../../platform/idempotency/key.ts'
import { Problem } from '../../platform/problem/problem.ts'

/** As many as a user may hold seats by default, asked for one by one: more cannot all succeed. */
const MAX_WAITING = 50

interface Turns {
  last: Promise<unknown>
  count: number
  /** Of all who have not ended. */
  keys: Set<string>
}

/**
 * One at a time for each user in this process, in order. The database lets one user's reservations wait for each other
 * on connections, which all other users need, too: here they wait without one. A request whose Idempotency-Key another
 * one brought that is waiting or under way does not wait at all.
 */
export class UserTurns {
  private readonly users = new Map<number, Turns>()

  /** Throws `too_many_at_once`, `idempotency_key_in_flight`, and what `work` throws. */
  async take<T>(userId: number, key: string | undefined, work: () => Promise<T>): Promise<T> {
    const user = this.users.get(userId) ?? { last: Promise.resolve(), count: 0, keys: new Set() }
    if (key !== undefined && user.keys.has(key)) throw keyInFlight()
    if (user.count > MAX_WAITING) {
      throw new Problem('too_many_at_once', `User ${userId} has ${user.count} reservations under way.`)
    }
    user.count += 1
    if (key !== undefined) user.keys.add(key)
    this.users.set(userId, user)
    const turn = user.last.then(work)
    user.last = turn.catch(() => undefined) // its caller is told
    try {
      return await turn
    } finally {
      user.count -= 1
      if (key !== undefined) user.keys.delete(key)
      if (user.count === 0) this.users.delete(userId)
    }
  }
}
