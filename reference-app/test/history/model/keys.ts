import { mayHaveEffect, type Operation, wishOf } from '../history.ts'
import { type Evidence, groupBy, type Violation } from './evidence.ts'

/** All that was sent with one key: one body takes effect, once, and all of its answers are the same. */
export function keysTakeEffectOnce({ history }: Evidence): Violation[] {
  const keyed = history.operations.filter(({ key }) => key !== undefined)
  return [...groupBy(keyed, wishOf).values()].flatMap((operations) => violationsOf(operations))
}

function violationsOf(operations: Operation[]): Violation[] {
  const broken = (invariant: string, what: string, some: Operation[]): Violation[] => [
    { invariant, what, operations: some },
  ]
  const answered = operations.filter(({ end }) => end?.outcome === 'ok')
  const [first] = answered.toSorted((a, b) => (a.end?.at ?? 0) - (b.end?.at ?? 0))
  if (first === undefined) return []
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

  const stranger = answered.find(({ call }) => !same(call, first.call))
  if (stranger !== undefined)
    return broken('a key stands for one body', 'another body got an answer, too', [first, stranger])
  const different = answered.find(({ end }) => !same(end?.body, first.end?.body))
  if (different !== undefined) return broken('a key replays the same answer', 'two answers differ', [first, different])
  const original = answered.filter(({ end }) => end?.replayed === false)
  if (original.length > 1) return broken('a key takes effect once', 'two answers say that they are the first', original)
  if (
    original.length === 0 &&
    !operations.some((operation) => operation.end?.outcome !== 'ok' && mayHaveEffect(operation))
  )
    return broken('a replay is one', 'all answers say that there was one before', answered)
  return forgotten(operations, first)
}

/** Who asks with the key after the answer gets that answer, or none at all. */
function forgotten(operations: Operation[], first: Operation): Violation[] {
  const answeredAt = first.end?.at ?? Number.POSITIVE_INFINITY
  const isSame = ({ call }: Operation) => JSON.stringify(call) === JSON.stringify(first.call)
  const refused = operations.filter(({ invokedAt, end }) => invokedAt > answeredAt && end?.outcome === 'rejected')
  const wrong = refused.find((operation) => {
    const code = operation.end?.code
    const concurrent = operations.some(
      ({ id, invokedAt, end }) =>
        id !== operation.id &&
        invokedAt < (operation.end?.at ?? 0) &&
        (end === undefined || end.outcome === 'unknown' || end.at > operation.invokedAt),
    )
    if (code === 'idempotency_key_in_flight') return !concurrent
    return isSame(operation) || code !== 'idempotency_key_reused'
  })
  if (wrong === undefined) return []
  const what = `it was answered, and later refused with ${wrong.end?.code}`
  return [{ invariant: 'a key replays the same answer', what, operations: [first, wrong] }]
}
