import { z } from 'zod'
import type { Client } from './client.ts'

/** Seats of one purchase: as many as people go out with. */
const MAX_SEATS = 4
/** Recharges are a multiple of this, so that most purchases need none. Won. */
const RECHARGE_STEP = 200_000

const reservations = z.array(z.object({ id: z.int(), price: z.int() })).min(1)
const balance = z.object({ balance: z.int() })
const payments = z.array(z.object({ status: z.literal('paid') }))

export interface Visitor {
  userId: number
  headers: Record<string, string>
  concertId: number
  scheduleId: number
}

export interface Appetite {
  buyRatio: number
  random: () => number
}

/**
 * What follows a look at the seats: nothing for most visitors; else 1 to 4 seats are held, the balance is filled if it is too low, and the holds
 * are paid. A visitor decides twice, before holding and before paying, and each time with the share of free seats cubed, as nobody likes what
 * is left over: so the house never sells out. With 28 schedules of 24 seats, 50 visitors per second of whom 5 % would buy, and holds of 5
 * minutes, about 40 % are sold after an hour and as many are still free (simulated); unpaid holds expire and come back.
 */
export async function buy(
  client: Client,
  { userId, headers, concertId, scheduleId }: Visitor,
  seats: { id: number; available: boolean }[],
  { buyRatio, random }: Appetite,
): Promise<void> {
  const free = seats.filter(({ available }) => available).map(({ id }) => id)
  const keenness = (free.length / seats.length) ** 3 // NaN without seats: nobody is keen
  if (!(random() < buyRatio * keenness)) return
  const seatIds = some(free, 1 + Math.floor(random() * MAX_SEATS), random)
  const order = { userId, concertId, scheduleId, seatIds }
  const held = await client.request('POST', '/api/v1/reservations', reservations, { headers, json: order })
  if (held === undefined || random() >= keenness) return

  const total = held.reduce((sum, { price }) => sum + price, 0)
  const purse = await client.request('GET', `/api/v1/balance/users/${userId}`, balance)
  if (purse === undefined) return
  if (purse.balance < total) {
    const amount = Math.ceil((total - purse.balance) / RECHARGE_STEP) * RECHARGE_STEP
    const recharge = `/api/v1/balance/users/${userId}/recharge`
    if ((await client.request('POST', recharge, balance, { json: { amount } })) === undefined) return
  }
  const json = { reservationIds: held.map(({ id }) => id) }
  await client.request('POST', `/api/v1/payment/payments/users/${userId}`, payments, { headers, json })
}

/** At most `count` different ones. */
function some(ids: number[], count: number, random: () => number): number[] {
  const left = [...ids]
  return Array.from({ length: Math.min(count, ids.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat()
}
