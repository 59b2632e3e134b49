import { z } from 'zod'
import type { Visitor } from '../visitor.ts'
import { lookAround, type Seen } from './browse.ts'
import { leaveQueue, standInLine } from './stand-in-line.ts'

/** Users that buy. Any positive id is a valid user. */
const USERS = 100_000
/** Maximum seats of one purchase. */
const MAX_SEATS = 4
/** Recharges are a multiple of this, so that most purchases need none. Won. */
const RECHARGE_STEP = 200_000

const reservations = z.array(z.object({ id: z.int(), price: z.int() })).min(1)
const balance = z.object({ balance: z.int() })
const payments = z.array(z.object({ status: z.literal('paid') }))

/**
 * Waits for its turn, looks around, holds 1 to 4 seats, fills the balance if it is too low, pays; whoever does not buy
 * leaves the line for the next. A visitor decides twice, before holding and before paying, and each time with the share
 * of free seats cubed, because the seats that are left are less wanted: so it never sells out. With 28 schedules of 24
 * seats, 3 such visitors per second, and holds of 5 minutes, about 40 % are sold after an hour and as many are still
 * free (simulated); unpaid holds expire and come back.
 */
export async function buyTickets(visitor: Visitor): Promise<void> {
  const userId = visitor.upTo(USERS)
  const headers = await standInLine(visitor, userId)
  if (headers === undefined) return
  const seen = await lookAround(visitor, headers)
  const bought = seen !== undefined && (await buy(visitor, userId, headers, seen))
  if (!bought) await leaveQueue(visitor, userId, headers)
}

/** True when the seats are paid. */
async function buy(visitor: Visitor, userId: number, headers: Record<string, string>, seen: Seen): Promise<boolean> {
  const { concertId, scheduleId, seats } = seen
  const free = seats.filter(({ available }) => available).map(({ id }) => id)
  const keenness = (free.length / seats.length) ** 3 // NaN without seats: nobody is keen
  if (!(visitor.random() < keenness)) return false
  const seatIds = visitor.some(free, visitor.upTo(MAX_SEATS))
  const json = { userId, concertId, scheduleId, seatIds }
  const held = await visitor.ask(
    'seat_reserve',
    { method: 'POST', path: '/api/v1/reservations', headers, json },
    reservations,
  )
  if (visitor.refusal === 'queue_not_admitted') visitor.complaint ??= 'queue' // it was this visitor's turn
  if (held === undefined || visitor.random() >= keenness) return false

  const total = held.reduce((sum, { price }) => sum + price, 0)
  if (!(await fillBalance(visitor, userId, total))) return false
  const path = `/api/v1/payment/payments/users/${userId}`
  const order = { reservationIds: held.map(({ id }) => id) }
  return (await visitor.ask('reservation_pay', { method: 'POST', path, headers, json: order }, payments)) !== undefined
}

async function fillBalance(visitor: Visitor, userId: number, total: number): Promise<boolean> {
  const path = `/api/v1/balance/users/${userId}`
  const purse = await visitor.ask('balance_read', { method: 'GET', path }, balance)
  if (purse === undefined) return false
  if (purse.balance >= total) return true
  const amount = Math.ceil((total - purse.balance) / RECHARGE_STEP) * RECHARGE_STEP
  const call = { method: 'POST', path: `${path}/recharge`, json: { amount } } as const
  return (await visitor.ask('balance_recharge', call, balance)) !== undefined
}
