import type { Api } from '../../reference-app/test/support/api.ts'
import { Buyer, idsOf, seatsOf } from '../../reference-app/test/support/buyer.ts'
import { READS } from '../../reference-app/test/support/load.ts'
import { requestText } from './wire.ts'

export const CLASSES = ['browse', 'purchase', 'payment'] as const
export type Class = (typeof CLASSES)[number]

/** One request that is sent again and again, and the status with which it is answered as wanted. */
export interface Errand {
  class: Class
  text: string
  status: number
}

/** Share of each class in all requests: one visitor in twenty buys, as in the lab's traffic, and needs three requests for that. */
const SHARES: Record<Class, number> = { browse: 0.94, purchase: 0.04, payment: 0.02 }
/** Enough that two seldom meet at the same balance. */
const USERS = 400
const SCHEDULES = 28

/** Gives an errand at random, with these shares. Reserves and pays some seats first, for the payments to be about. */
export async function errands(api: Api): Promise<() => Errand> {
  const buyers = Array.from({ length: USERS }, (_, i) => new Buyer(1_000 + i))
  const all: Errand[] = []
  const add = (name: Class, status: number, ...request: Parameters<typeof requestText>) =>
    all.push({ class: name, status, text: requestText(...request) })
  for (const path of READS) add('browse', 200, 'GET', path, buyers[0]?.headers)
  const paid = async (buyer: Buyer, i: number) => {
    const schedule = 1 + (i % SCHEDULES)
    await buyer.recharge(api, 1_000_000)
    const ids = idsOf(await buyer.reserve(api, schedule, seatsOf(schedule, Math.floor(i / SCHEDULES), 1)))
    await buyer.pay(api, ids)
    return ids
  }
  for (const [i, buyer] of buyers.entries()) {
    const balance = `/api/v1/balance/users/${buyer.userId}`
    const ids = await paid(buyer, i)
    add('purchase', 200, 'GET', balance)
    add('purchase', 200, 'POST', `${balance}/recharge`, {}, { amount: 1 })
    add('payment', 200, 'GET', `/api/v1/reservations/${ids[0]}`, buyer.headers)
    // Paying twice is refused, after all the work of a payment but its last insert: it can be sent for ever.
    add('payment', 409, 'POST', `/api/v1/payment/payments/users/${buyer.userId}`, {}, { reservationIds: ids })
  }
  const byClass = Map.groupBy(all, (errand) => errand.class)
  return () => {
    const at = Math.random()
    const name = at < SHARES.browse ? 'browse' : at < SHARES.browse + SHARES.purchase ? 'purchase' : 'payment'
    const some = byClass.get(name) ?? []
    return some[Math.floor(Math.random() * some.length)] as Errand
  }
}
