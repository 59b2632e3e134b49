import { Batches } from '../../platform/batches.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { Answer } from '../../platform/http/answer.ts'
import type { Mutated, Mutation, Mutations } from '../../platform/idempotency/mutations.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { CouponIssue } from './coupon.ts'
import type { CouponStore } from './coupon-store.ts'
import type { CouponEvents } from './events.ts'

/** Users of one transaction: more make it slower for the first without making the last quicker. */
const BATCH = 250

export interface CouponIssuerParts {
  database: Database
  coupons: CouponStore
  mutations: Mutations
  events: CouponEvents
}

/**
 * Issues coupons. All requests for a coupon lock the same row: in a rush they would take every connection of the pool
 * and wait there for each other. So each process runs one transaction per coupon at a time, for all requests that have
 * arrived meanwhile.
 */
export class CouponIssuer {
  private readonly parts: CouponIssuerParts
  private readonly batches = new Batches<Mutation, Mutated | Error>(
    (couponId, users) => this.serve(couponId, users),
    BATCH,
  )

  constructor(parts: CouponIssuerParts) {
    this.parts = parts
  }

  /** Throws `coupon_not_found`, `coupon_sold_out` or `coupon_already_issued`. */
  async issue(couponId: number, userId: number, key: string | undefined): Promise<Mutated> {
    const mutation = { userId, route: 'POST /coupons/{couponId}/issue', key, request: { couponId } }
    const mutated = await this.batches.add(couponId, mutation)
    if (mutated instanceof Error) throw mutated
    if (!mutated.replayed) this.parts.events.issued(mutated.answer.body as CouponIssue)
    return mutated
  }

  /**
   * Who sent no key needs no transaction around the one statement that issues: it then locks the coupon for the
   * server's work only. They have what it gave them, whatever becomes of the others.
   */
  private async serve(couponId: number, users: Mutation[]): Promise<(Mutated | Error)[]> {
    const { coupons, database, mutations } = this.parts
    const issue = (transaction: Transaction, to: readonly Mutation[]) =>
      issueAll(
        coupons,
        transaction,
        couponId,
        to.map(({ userId }) => userId),
      )
    const keyed = users.filter(({ key }) => key !== undefined)
    const others = users.filter(({ key }) => key === undefined)
    const ofOthers = others.length > 0 ? await issue(database, others) : []
    const failed = (error: Error) => keyed.map(() => error)
    const ofKeyed = keyed.length > 0 ? await mutations.runAll(keyed, issue).catch(failed) : []
    const results = new Map<Mutation, Mutated | Error>(keyed.map((mutation, i) => [mutation, ofKeyed[i] as Mutated]))
    for (const [i, mutation] of others.entries()) {
      const answer = ofOthers[i] as Answer | Problem
      results.set(mutation, answer instanceof Problem ? answer : { answer, replayed: false })
    }
    return users.map((mutation) => results.get(mutation) as Mutated | Error)
  }
}

/** One answer for each, in their order. Who comes twice has it the second time. */
async function issueAll(
  coupons: CouponStore,
  transaction: Transaction,
  couponId: number,
  userIds: number[],
): Promise<(Answer | Problem)[]> {
  const coupon = await coupons.find(couponId, transaction)
  if (coupon === undefined) return userIds.map(() => new Problem('coupon_not_found', `There is no coupon ${couponId}.`))
  // Without a lock: requests of holders, and all once it is sold out, block no others.
  const before = await coupons.holders(transaction, couponId, userIds)
  const without = [...new Set(userIds)].filter((userId) => !before.has(userId))
  const issues = coupon.left > 0 && without.length > 0 ? await coupons.issue(transaction, couponId, without) : []
  const issued = new Map(issues.map((issue) => [issue.userId, issue]))
  const late = coupon.left > 0 ? without.filter((userId) => !issued.has(userId)) : []
  const meanwhile = late.length > 0 ? await coupons.holders(transaction, couponId, late) : before

  const given = new Set<number>()
  return userIds.map((userId) => {
    const issue = issued.get(userId)
    if (issue !== undefined && !given.has(userId)) {
      given.add(userId)
      return { status: 201, body: issue }
    }
    if (issue !== undefined || before.has(userId) || meanwhile.has(userId)) {
      return new Problem('coupon_already_issued', `User ${userId} has coupon ${couponId}.`)
    }
    return new Problem('coupon_sold_out', `All ${coupon.limit} are taken.`)
  })
}
