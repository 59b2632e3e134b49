import { z } from 'zod'
import type { Action } from '../controls/action.ts'
import { Problem } from '../problem/problem.ts'
import type { CacheSources } from './sources.ts'

/** Longer than a guarded read: only the operator waits for it. */
const WAIT = { timeoutMs: 1_000, waitsForConnection: true }
/**
 * Below the 10 s that a command of the CLI waits: some million keys. Who has more calls again, and it goes on.
 * Milliseconds.
 */
const WITHIN_MS = 8_000

/**
 * Never empties a whole Redis: a prefix is needed, and `complete: false` says that something may be left. Throws
 * `cache_unreachable`.
 */
export function clearAction(sources: CacheSources): Action<{ prefix: string }> {
  return {
    method: 'POST',
    path: '/cache/clear',
    does: 'removes the copies whose key begins with the prefix from the current source',
    name: 'cache.clear',
    body: z.strictObject({ prefix: z.string().regex(/^[a-z][a-z0-9:-]{2,99}$/, 'must be 3 to 100 of a-z 0-9 : -') }),
    run: async ({ prefix }) => {
      const source = sources.current
      try {
        const answer = await source.clear(prefix, WAIT, WITHIN_MS)
        return { before: null, after: { source: source.name, prefix, ...answer }, answer }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new Problem('cache_unreachable', `The ${source.name} cache was not cleared: ${reason}.`, { cause: error })
      }
    },
  }
}
