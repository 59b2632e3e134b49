import { acknowledged, mayHaveEffect, wishOf } from '../history.ts'
import type { IssueRow } from '../snapshot.ts'
import { CLOCK_SLACK_MS, type Evidence, endedBefore, groupBy, type Violation } from './evidence.ts'

/** In the rows: never more than there are, one for each user, and counted. */
export function couponsAreIssuedUpToTheirLimit({ history, snapshot }: Evidence): Violation[] {
  const issued = groupBy(snapshot.issues, ({ couponId }) => couponId)
  const asked = groupBy(history.of('coupon').filter(mayHaveEffect), ({ call }) => call.couponId)
  return snapshot.coupons.flatMap((coupon): Violation[] => {
    const rows = issued.get(coupon.id) ?? []
    const operations = asked.get(coupon.id) ?? []
    const broken = (what: string): Violation[] => [
      { invariant: 'exactly the limit of coupons, one for each user', what, operations, rows: [coupon, ...rows] },
    ]
    if (rows.length > coupon.limit) return broken(`coupon ${coupon.id}: ${rows.length} of ${coupon.limit}`)
    if (rows.length !== coupon.issued) return broken(`coupon ${coupon.id}: ${rows.length}, counted ${coupon.issued}`)
    if (new Set(rows.map(({ userId }) => userId)).size < rows.length)
      return broken(`coupon ${coupon.id}: a user has two`)
    return []
  })
}

/** Between answers and rows. */
export function couponsAreThoseAskedFor(evidence: Evidence): Violation[] {
  const { history, snapshot } = evidence
  const nameOf = (userId: number, couponId: number) => `user ${userId}, coupon ${couponId}`
  const rows = groupBy(snapshot.issues, ({ userId, couponId }) => nameOf(userId, couponId))
  const asked = groupBy(history.of('coupon'), ({ userId, call }) => nameOf(userId, call.couponId))
  const limits = new Map(snapshot.coupons.map(({ id, limit }) => [id, limit]))
  const takers = groupBy(snapshot.issues, ({ couponId }) => couponId)
  const violations: Violation[] = []
  for (const [what, operations] of asked) {
    const [row] = rows.get(what) ?? []
    const told = operations.filter(({ end }) => end?.outcome === 'ok')
    const broken = (invariant: string, some = operations, others: IssueRow[] = []) =>
      violations.push({ invariant, what, operations: some, rows: row === undefined ? others : [row, ...others] })
    if (row === undefined && operations.some((operation) => acknowledged(operation, snapshot.startedAt)))
      broken('an acknowledged write is never lost')
    if (new Set(told.map(wishOf)).size > 1) broken('exactly the limit of coupons, one for each user')
    if (row !== undefined && told.some(({ end }) => (end?.body as { id: number } | undefined)?.id !== row.id))
      broken('an answer says what was done')
    if (row !== undefined && !operations.some(mayHaveEffect)) broken('a refusal has no effect')
    for (const operation of operations.filter((one) => one.end?.outcome === 'rejected' && endedBefore(evidence, one))) {
      const answeredAt = (operation.end?.at ?? 0) + CLOCK_SLACK_MS
      const { couponId } = operation.call
      const taken = (takers.get(couponId) ?? []).filter(({ issuedAt }) => issuedAt < answeredAt).length
      const { code } = operation.end ?? {}
      if (code === 'coupon_sold_out' && taken < (limits.get(couponId) ?? 0))
        broken('a refusal has its reason', [operation], takers.get(couponId))
      if (code === 'coupon_already_issued' && (row === undefined || row.issuedAt > answeredAt))
        broken('a refusal has its reason')
    }
  }
  for (const [what, strange] of rows) {
    if (!asked.has(what))
      violations.push({ invariant: 'nothing happens that nobody asked for', what, operations: [], rows: strange })
  }
  return violations
}
