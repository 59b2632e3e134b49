import { z } from 'zod'
import type { Visitor } from '../visitor.ts'

/** One in five watches the page that shows progress as it happens; the others reload. */
const STREAM_RATIO = 0.2
/** Milliseconds. */
const POLL_EVERY_MS = 1_000
const MAX_POLLS = 10
/** With these nothing goes on by itself. */
const RESTING = ['paid', 'payment_failed', 'cancelled']

const progress = z.object({ status: z.string() })

/** The status with which the order came to rest; undefined when it did not while this visitor watched. `path`: of the order. */
export async function followOrder(visitor: Visitor, path: string): Promise<string | undefined> {
  if (visitor.random() < STREAM_RATIO) {
    const last = await visitor.follow('order_events', `${path}/events`, (data) =>
      RESTING.includes(statusIn(data) ?? ''),
    )
    return last === undefined ? undefined : statusIn(last)
  }
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    if (!(await visitor.wait(POLL_EVERY_MS))) return undefined
    const order = await visitor.ask('order_read', { method: 'GET', path }, progress)
    if (order === undefined) return undefined
    if (RESTING.includes(order.status)) return order.status
  }
  return undefined
}

function statusIn(data: string): string | undefined {
  try {
    return progress.parse(JSON.parse(data)).status
  } catch {
    return undefined // an event of another kind
  }
}
