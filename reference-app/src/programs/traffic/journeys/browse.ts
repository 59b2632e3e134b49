import type { Regulars } from '../regulars.ts'
import type { Visitor } from '../visitor.ts'
import { lookAround } from './look-around.ts'

/** Three looks, with a token of an earlier visit. */
export async function browse(visitor: Visitor, regulars: Regulars): Promise<void> {
  const headers = await regulars.headersOf(visitor)
  if (headers === undefined) return
  await lookAround(visitor, headers)
  if (visitor.outcome === 'rejected') regulars.forget(headers)
}
