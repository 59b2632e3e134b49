import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'
import type { Topic } from '../../accounts/support/topics.ts'
import type { Call, Client, ClientOutcome } from './client.ts'

/** What one request is for: the `step` label. */
export const STEPS = [
  ...['queue_join', 'queue_status', 'queue_leave', 'concert_list', 'schedule_list', 'seat_map'],
  ...['seat_reserve', 'balance_read', 'balance_recharge', 'reservation_pay'],
  ...['product_list', 'order_place', 'order_read', 'order_events', 'order_pay', 'coupon_issue', 'support_inquire'],
] as const
export type Step = (typeof STEPS)[number]

/** What concerns money that somebody is about to pay. */
const PAYING: readonly Step[] = ['balance_recharge', 'reservation_pay', 'order_pay']

export type CountRequest = (step: Step, outcome: ClientOutcome, durationSeconds: number) => void

/** One person on one journey: asks, and remembers how it went. */
export class Visitor {
  readonly random: () => number
  /** What this person was harmed in and will ask about; a refusal by the business is no harm. */
  complaint: Topic | undefined
  /** The code with which the last request was refused. */
  refusal: string | undefined
  private readonly client: Client
  private readonly count: CountRequest
  private readonly outcomes = new Set<ClientOutcome>()

  constructor(client: Client, count: CountRequest, random: () => number) {
    this.client = client
    this.count = count
    this.random = random
  }

  /** The worst of its requests. */
  get outcome(): ClientOutcome {
    return (['failed', 'rejected'] as const).find((outcome) => this.outcomes.has(outcome)) ?? 'success'
  }

  /**
   * The body of a success, else undefined. Never rejects. Each write has a key of its own, so that it may be sent
   * again.
   */
  async ask<T>(step: Step, call: Call, shape: z.ZodType<T>): Promise<T | undefined> {
    const key: Record<string, string> = call.json === undefined ? {} : { 'idempotency-key': randomUUID() }
    const reply = await this.client.send({ ...call, headers: { ...key, ...call.headers } }, shape)
    this.refusal = reply.code
    this.note(step, reply.outcome, reply.durationSeconds)
    return reply.body
  }

  /** The event that was the last, or undefined. */
  async follow(step: Step, path: string, isLast: (data: string) => boolean): Promise<string | undefined> {
    const reply = await this.client.follow(path, isLast)
    this.note(step, reply.outcome, reply.durationSeconds)
    return reply.body
  }

  /** False when the generator ends meanwhile: then the journey does, too. */
  async wait(ms: number): Promise<boolean> {
    return await pause(ms, true, { signal: this.client.closed }).catch(() => false)
  }

  /** An integer from 1 to `max`. */
  upTo(max: number): number {
    return 1 + Math.floor(this.random() * max)
  }

  oneOf<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.random() * all.length)]
  }

  /** At most `count` different ones. */
  some<T>(all: readonly T[], count: number): T[] {
    const left = [...all]
    return Array.from({ length: Math.min(count, all.length) }, () =>
      left.splice(Math.floor(this.random() * left.length), 1),
    ).flat()
  }

  private note(step: Step, outcome: ClientOutcome, durationSeconds: number): void {
    this.outcomes.add(outcome)
    if (outcome === 'failed' && PAYING.includes(step)) this.complaint ??= 'payment'
    this.count(step, outcome, durationSeconds)
  }
}
