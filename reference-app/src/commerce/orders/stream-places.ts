import { Problem } from '../../platform/problem/problem.ts'

/** Open streams of one instance. Each is a socket and some kilobytes; a proxy keeps a connection for each as well. */
const MAX_STREAMS = 500
/** A person watches one on a page or two, and a connection that broke unnoticed may still hold its place. */
const MAX_OF_ORDER = 4
/** Open streams of one user. Limits a user to a fiftieth of an instance. */
const MAX_OF_USER = 10

/** Whose streams are open at one instance: all there are, by order and by the user whose order it is. */
export class StreamPlaces {
  private count = 0
  private readonly ofOrder = new Map<number, number>()
  private readonly ofUser = new Map<number, number>()

  /** Throws `too_many_streams`. */
  requireRoom(): void {
    if (this.count >= MAX_STREAMS) throw new Problem('too_many_streams', `There are ${MAX_STREAMS} of them here.`)
  }

  /** Throws `too_many_streams`, or `stream_limit` when the order or its user has all that it may have. */
  requirePlace(orderId: number, userId: number): void {
    this.requireRoom()
    if ((this.ofOrder.get(orderId) ?? 0) >= MAX_OF_ORDER) {
      throw new Problem('stream_limit', `Order ${orderId} is followed ${MAX_OF_ORDER} times.`)
    }
    if ((this.ofUser.get(userId) ?? 0) >= MAX_OF_USER) {
      throw new Problem('stream_limit', `${MAX_OF_USER} streams of orders of user ${userId} are open.`)
    }
  }

  /** Throws as `requirePlace`. Call what is returned, once, when the stream is over. */
  take(orderId: number, userId: number): () => void {
    this.requirePlace(orderId, userId)
    this.count += 1
    add(this.ofOrder, orderId, 1)
    add(this.ofUser, userId, 1)
    return () => {
      this.count -= 1
      add(this.ofOrder, orderId, -1)
      add(this.ofUser, userId, -1)
    }
  }
}

function add(counts: Map<number, number>, id: number, difference: number): void {
  const count = (counts.get(id) ?? 0) + difference
  if (count === 0) counts.delete(id)
  else counts.set(id, count)
}
