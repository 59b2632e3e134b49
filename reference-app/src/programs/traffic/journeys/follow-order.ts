import { z } from 'zod'
import type { Visitor } from '../visitor.ts'

/** One in five watches the page that shows progress as it happens; the others reload. */
const STREAM_RATIO = 0.2
/** Milliseconds. */
const POLL_EVERY_MS = 1_000
const MAX_POLLS = 10
/** With these nothing goes on by itself. */
const RESTING = ['paid', 'payment_failed', 'cancelled']

const progress = z.object({ status: z.string(), reason: z.string().nullable().default(null) })
type Progress = z.infer<typeof progress>

/**
 * How the order came to rest. `still under way`: not while this visitor watched. Undefined: an answer was not the
 * wanted one. `path`: of the order.
 */
export async function followOrder(visitor: Visitor, path: string): Promise<Progress | 'still under way' | undefined> {
  const until = performance.now() + MAX_POLLS * POLL_EVERY_MS
  if (visitor.random() < STREAM_RATIO) {
    const last = await visitor.follow('order_events', `${path}/events`, (data) => isRest(progressIn(data)))
    if (last !== undefined) return progressIn(last)
    if (visitor.outcome === 'failed') return undefined
    // The service may end a stream at any time, and one may fall silent: the page is loaded anew.
    const now = await visitor.ask('order_read', { method: 'GET', path }, progress)
    if (isRest(now) || now === undefined) return now
  }
  while (performance.now() < until) {
    if (!(await visitor.wait(POLL_EVERY_MS))) return undefined
    const order = await visitor.ask('order_read', { method: 'GET', path }, progress)
    if (order === undefined || isRest(order)) return order
  }
  return 'still under way'
}

function isRest(order: Progress | undefined): boolean {
  return order !== undefined && RESTING.includes(order.status)
}

function progressIn(data: string): Progress | undefined {
  try {
    return progress.parse(JSON.parse(data))
  } catch {
    return undefined // an event of another kind
  }
}
