import type { Answer, StreamAnswer } from '../../platform/http/answer.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { OrderChangeStore } from './order-change-store.ts'
import { isFinal } from './order-status.ts'
import type { OrderStreams } from './order-streams.ts'

export interface Follow {
  orderChanges: OrderChangeStore
  orderStreams: OrderStreams
}

/**
 * Streams an order's status changes, from the current one, or after the version that the client has `seen`. 204 for who
 * has seen the last: an EventSource then does not come back. Throws `order_not_found`, `stream_limit`,
 * `too_many_streams` or `not_ready`.
 */
export async function followOrder(
  { orderChanges, orderStreams }: Follow,
  orderId: number,
  seen: number | undefined,
): Promise<Answer | StreamAnswer> {
  orderStreams.requireRoom()
  const last = await orderChanges.last(orderId)
  if (last === undefined) throw new Problem('order_not_found', `There is no order ${orderId}.`)
  if (seen !== undefined && seen >= last.version && isFinal(last.status)) return { status: 204 }
  orderStreams.requirePlace(last)
  return { stream: (response) => orderStreams.begin(response, last, seen) }
}

/** The header Last-Event-ID. One that we have not sent is none. */
export function seenVersion(header: string | undefined): number | undefined {
  return header !== undefined && /^[1-9]\d{0,8}$/.test(header) ? Number(header) : undefined
}
