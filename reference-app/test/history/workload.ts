import { setTimeout } from 'node:timers/promises'
import { concertOf } from '../support/buyer.ts'
import type { Client, Target } from './client.ts'
import type { Call, End, Operation } from './history.ts'
import type { Step, Wish } from './plan.ts'
import type { Wallet } from './wallet.ts'

/** Between the attempts at a write whose end is unknown. Milliseconds. */
const RETRY_PAUSE_MS = 60

export interface Actor {
  client: Client
  wallet: Wallet
  steps: Iterator<Step>
  /** Where its n-th request goes. */
  target(n: number): Target
  /** Aborted: no new step is begun, and what is unknown is tried again no longer than `patience` says. */
  stop: AbortSignal
  /** Aborted: nothing at all is sent any more. */
  patience: AbortSignal
}

/** Takes one step after the other, as a patient client: what is unknown and has a key is sent again until it is known. */
export async function act(actor: Actor): Promise<void> {
  for (let n = 0; !actor.stop.aborted; n += 1) {
    const { value: step } = actor.steps.next()
    if (step === undefined) return
    await setTimeout(step.pauseMs)
    await take(actor, step, n)
  }
}

async function take(actor: Actor, { wish, key, twice }: Step, n: number): Promise<void> {
  const { wallet } = actor
  if (wish.do === 'repeat' || wish.do === 'reuse-key') {
    const before = at(wallet.writes, wish.pick)
    if (before === undefined) return
    const call = wish.do === 'repeat' ? before.call : anotherOf(before.call)
    return await persist(actor, call, before.key, n)
  }
  if (wish.do === 'pay-at-the-end') {
    const hold = at(wallet.payable, wish.pick)
    if (hold === undefined) return
    await setTimeout(Math.max(0, hold.expiresAt - Date.now() - wish.leadMs))
    return await persist(actor, { kind: 'pay', reservationIds: [hold.id] }, key, n)
  }
  const call = callOf(wish, wallet)
  if (call === undefined) return
  const times = twice ? [n, n + 1] : [n]
  await Promise.all(times.map((m) => persist(actor, call, key, m)))
}

async function persist({ client, wallet, target, patience }: Actor, call: Call, key: string | undefined, n: number) {
  for (let attempt = n; !patience.aborted; attempt += 1) {
    const done = await client.send(target(attempt), call, key)
    wallet.learn(done)
    if (!worthAnotherTry(done)) return
    await setTimeout(RETRY_PAUSE_MS)
  }
}

function worthAnotherTry({ key, end }: Operation & { end: End }): boolean {
  return key !== undefined && (/unknown|failed/.test(end.outcome) || end.code === 'idempotency_key_in_flight')
}

/** Undefined: the user has nothing to do this with. */
function callOf(
  wish: Exclude<Wish, { do: 'repeat' | 'reuse-key' | 'pay-at-the-end' }>,
  wallet: Wallet,
): Call | undefined {
  if (wish.do === 'join' || wish.do === 'balance') return { kind: wish.do }
  if (wish.do === 'recharge') return { kind: 'recharge', amount: wish.amount }
  if (wish.do === 'reserve') {
    const { scheduleId, seatIds } = wish
    return { kind: 'reserve', concertId: concertOf(scheduleId), scheduleId, seatIds }
  }
  if (wish.do === 'coupon') return { kind: 'coupon', couponId: wish.couponId }
  if (wish.do === 'order') return { kind: 'order', orderItems: wish.orderItems }
  if (wish.do === 'order-with-coupon') {
    const couponId = at(wallet.coupons, wish.pick)
    return { kind: 'order', orderItems: wish.orderItems, ...(couponId === undefined ? {} : { couponId }) }
  }
  if (wish.do === 'pay-order') {
    const orderId = at(wallet.orders, wish.pick)
    return orderId === undefined ? undefined : { kind: wish.do, orderId }
  }
  if (wish.do === 'look') {
    const id = at(wallet.all, wish.pick)
    return id === undefined ? undefined : { kind: 'reservation', reservationId: id }
  }
  if (wish.do === 'pay') {
    const start = Math.floor(wish.pick * wallet.payable.length)
    const ids = wallet.payable.slice(start, start + wish.seats).map(({ id }) => id)
    return ids.length === 0 ? undefined : { kind: 'pay', reservationIds: ids }
  }
  const id = at(wish.do === 'pay-late' ? wallet.late : wallet.sold, wish.pick)
  return id === undefined ? undefined : { kind: 'pay', reservationIds: [id] }
}

/** Of the same kind, with another body. The odd amount is nobody else's. */
function anotherOf(call: Call): Call {
  if (call.kind === 'recharge') return { ...call, amount: call.amount + 1 }
  if (call.kind === 'coupon') return { ...call, couponId: 1 + (call.couponId % 5) }
  if (call.kind === 'order') {
    const [first, ...others] = call.orderItems
    if (first === undefined) return call
    return { ...call, orderItems: [{ ...first, quantity: first.quantity + 1 }, ...others] }
  }
  if (call.kind === 'reserve') {
    const [first = 1] = call.seatIds
    return { ...call, seatIds: [first % 24 === 0 ? first - 1 : first + 1] }
  }
  if (call.kind === 'pay') return { ...call, reservationIds: [...call.reservationIds, 999_999_999] }
  return call
}

function at<Thing>(things: readonly Thing[], pick: number): Thing | undefined {
  return things[Math.floor(pick * things.length)]
}
