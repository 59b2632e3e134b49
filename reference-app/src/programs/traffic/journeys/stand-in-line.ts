import { z } from 'zod'
import type { Visitor } from '../visitor.ts'

/** Who has waited so long leaves. Milliseconds. */
const PATIENCE_MS = 120_000
/** The answer's header Retry-After, as the service computes it. Seconds. */
const MIN_PAUSE = 1
const MAX_PAUSE = 10

const place = z.object({
  token: z.string(),
  status: z.enum(['waiting', 'admitted']),
  position: z.number().default(0),
  expiresAt: z.iso.datetime(),
  estimatedWaitSeconds: z.number().default(0),
})
export type Place = z.infer<typeof place>

export async function joinQueue(visitor: Visitor, userId: number): Promise<Place | undefined> {
  return await visitor.ask('queue_join', { method: 'POST', path: `/api/v1/queue/users/${userId}` }, place)
}

/**
 * Joins and asks again until it is this user's turn; the headers of that turn. Undefined: refused, or waited too long.
 * Complains of a place that is gone, and of one that gets worse: somebody was let past.
 */
export async function standInLine(visitor: Visitor, userId: number): Promise<Record<string, string> | undefined> {
  const until = performance.now() + PATIENCE_MS
  let now = await joinQueue(visitor, userId)
  while (now !== undefined) {
    const headers: Record<string, string> = { 'queue-token': now.token }
    if (now.status === 'admitted') return headers
    if (performance.now() > until) {
      await leaveQueue(visitor, userId, headers)
      return undefined
    }
    const seconds = Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, now.estimatedWaitSeconds / 2))
    if (!(await visitor.wait(seconds * 1000))) return undefined
    const path = `/api/v1/queue/users/${userId}`
    const { position } = now
    now = await visitor.ask('queue_status', { method: 'GET', path, headers }, place)
    if (visitor.refusal === 'queue_place_gone' || (now !== undefined && now.position > position))
      visitor.complaint ??= 'queue'
  }
  return undefined
}

/** Makes room for the next. */
export async function leaveQueue(visitor: Visitor, userId: number, headers: Record<string, string>): Promise<void> {
  await visitor.ask('queue_leave', { method: 'DELETE', path: `/api/v1/queue/users/${userId}`, headers }, z.unknown())
}
