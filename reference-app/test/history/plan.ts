import type { FaultName } from './faults.ts'
import type { OrderItem } from './history.ts'
import type { Profile } from './profile.ts'
import { Random } from './random.ts'

/** `pick` chooses among what the user has by then: 0 the oldest, just below 1 the newest. */
export type Wish =
  | { do: 'join' }
  | { do: 'recharge'; amount: number }
  | { do: 'balance' }
  | { do: 'reserve'; scheduleId: number; seatIds: number[] }
  | { do: 'look'; pick: number }
  | { do: 'coupon'; couponId: number }
  | { do: 'order'; orderItems: OrderItem[] }
  | { do: 'order-with-coupon'; pick: number; orderItems: OrderItem[] }
  /** Asks again for the payment of an order. */
  | { do: 'pay-order'; pick: number }
  | { do: 'pay'; pick: number; seats: number }
  /** Pays for a hold so long before its end (after it, when negative). Milliseconds. */
  | { do: 'pay-at-the-end'; pick: number; leadMs: number }
  | { do: 'pay-late'; pick: number }
  | { do: 'pay-again'; pick: number }
  /** Sends an acknowledged write again, with its key. */
  | { do: 'repeat'; pick: number }
  /** Sends another write with the key of an acknowledged one. */
  | { do: 'reuse-key'; pick: number }

export type WishName = Wish['do']

export interface Step {
  wish: Wish
  key: string | undefined
  /** Sent twice at once. Only with a key, or what nobody gets twice. */
  twice: boolean
  /** Before it. */
  pauseMs: number
}

export interface PlannedFault {
  fault: FaultName
  /** After the start of the run. */
  atMs: number
  lastsMs: number
  /** Which of several instances: 0 the first, just below 1 the last. */
  pick: number
}

/** What hangs sometimes does so for longer than any limit of the app, what is cut is there again at once. Milliseconds. */
const LONGEST_MS: Record<FaultName, number> = {
  'redis-killed': 1_200,
  'redis-flushed': 200,
  'redis-hung': 1_200,
  'queue-killed': 800,
  'queue-flushed': 200,
  'queue-lost': 800,
  'queue-hung': 1_200,
  'postgres-killed': 800,
  'postgres-hung': 3_400,
  'database-cut': 200,
  'api-killed': 800,
  'worker-killed': 800,
  'worker-hung': 1_500,
  'provider-killed': 800,
}

/** As system.ts prepares them: so many, each soon sold out where the profile says nothing else. */
export const PRODUCTS = 100
export const STOCK = 30
export const COUPONS = 400
export const COUPON_LIMIT = 3

/** What a client will do: endless, and a function of seed, profile and client alone. How far it gets is up to the machine. */
export function* stepsOf(seed: number, profile: Profile, client: number): Generator<Step, never> {
  const random = new Random(`${seed}`).fork(`client ${client}`)
  const lane = Math.floor(client / profile.users)
  for (let index = 0; ; index += 1) {
    const wish = wishAt(random, profile, lane, index)
    const write = /^(recharge|reserve|pay|coupon|order)/.test(wish.do)
    const keyed = random.chance(profile.keyed) && write
    const twice = random.chance(profile.twice) && (keyed || /^(pay|coupon)/.test(wish.do))
    // Several users have the same keys: they are none of each other's business.
    yield { wish, key: keyed ? `${lane}-${index}` : undefined, twice, pauseMs: random.below(profile.pauseMs) }
  }
}

/** Which faults, when and for how long: one after the other, from one second on. */
export function faultsOf(seed: number, profile: Profile, seconds: number): PlannedFault[] {
  const random = new Random(`${seed}`).fork('faults')
  const planned: PlannedFault[] = []
  if (Object.keys(profile.faults).length === 0) return planned
  for (let atMs = 500 + random.below(1_000); atMs < seconds * 1_000; ) {
    const fault = random.weighted(profile.faults)
    const lastsMs = 100 + random.below(LONGEST_MS[fault])
    planned.push({ fault, atMs, lastsMs, pick: random.next() })
    atMs += lastsMs + 500 + random.below(profile.calmMs - 500)
  }
  return planned
}

function wishAt(random: Random, profile: Profile, lane: number, index: number): Wish {
  const name = random.weighted<WishName>(profile.wishes)
  const [pick, other] = [random.next(), random.next()]
  if (name === 'recharge') return { do: name, amount: amountOf(lane, index) }
  if (name === 'reserve') return { do: name, ...seatsAt(random, index) }
  if (name === 'coupon') return { do: name, couponId: 1 + ((index >> 1) % COUPONS) }
  if (name === 'order') return { do: name, orderItems: itemsAt(random, index) }
  if (name === 'order-with-coupon') return { do: name, pick, orderItems: itemsAt(random, index) }
  if (name === 'pay') return { do: name, pick, seats: other < 0.7 ? 1 : 2 }
  if (name === 'pay-at-the-end') return { do: name, pick, leadMs: Math.floor(other * 80) - 20 }
  if (name === 'join' || name === 'balance') return { do: name }
  return { do: name, pick }
}

/** No two of one user's, so that each entry of a ledger names its request; other users' clients have the same ones. Won. */
function amountOf(lane: number, index: number): number {
  return 10_000 + 100 * index + 2 * lane
}

/** In any order: the app has to find its own. */
function itemsAt(random: Random, index: number): OrderItem[] {
  const first = 1 + ((index >> 2) % PRODUCTS)
  const products = [first, 1 + (first % PRODUCTS), 1 + ((first + 1) % PRODUCTS)].filter(() => random.chance(0.6))
  const ids = products.length === 0 ? [first] : random.chance(0.5) ? products : products.reverse()
  return ids.map((productId) => ({ productId, quantity: 1 + random.below(5), price: priceOf(productId) }))
}

/** As in the data set. Won. */
function priceOf(productId: number): number {
  return productId <= 5 ? 1 : 1_000 * productId
}

/** Clients meet, because all are at work on the same two schedules for some steps, then on the next. */
function seatsAt(random: Random, index: number): { scheduleId: number; seatIds: number[] } {
  const scheduleId = 1 + ((Math.floor(index / 20) + random.below(2)) % 28)
  const count = 1 + random.below(4)
  const first = 24 * (scheduleId - 1) + 1 + random.below(24 - count)
  const seatIds = Array.from({ length: count }, (_, i) => first + i)
  return { scheduleId, seatIds: random.chance(0.5) ? seatIds : seatIds.reverse() }
}
