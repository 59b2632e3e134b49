import { expect } from '@jest/globals'
import { PAYMENTS } from './payment-invariants.ts'
import type { Postgres } from './postgres.ts'
import { SHOP } from './shop-invariants.ts'

/** What must be true of the rows at every moment, whoever did what. Each query finds the rows that break it. */
const BROKEN = {
  'a seat with two live holds or sales': `select seat_id from reservation
    where status = 'paid' or (status = 'held' and expires_at > now()) group by seat_id having count(*) > 1`,
  'a balance below zero': 'select user_id from balance where amount < 0',
  'a balance that is not the sum of its ledger': `select user_id from balance
    where amount <> (select coalesce(sum(amount), 0) from balance_entry where balance_entry.user_id = balance.user_id)`,
  'a ledger whose running balance is wrong': `select id from (select id, balance_after, sum(amount) over (
    partition by user_id order by id) as running from balance_entry) as entries where balance_after <> running`,
  'a paid reservation without a payment, or a payment without one': `select reservation.id from reservation
    full join payment on payment.reservation_id = reservation.id
    where (reservation.status = 'paid') <> (payment.id is not null) or reservation.id is null`,
  'a payment for another user or amount than reserved': `select payment.id from payment
    join reservation on reservation.id = payment.reservation_id
    where (payment.user_id, payment.amount) <> (reservation.user_id, reservation.price)`,
  'an entry that is not the sum of its payments': `select balance_entry.id from balance_entry
    left join payment on payment.entry_id = balance_entry.id where kind = 'payment'
    group by balance_entry.id having -balance_entry.amount <> coalesce(sum(payment.amount), 0)`,
  'a seat held for another schedule than its own': `select reservation.id from reservation
    join seat on seat.id = reservation.seat_id join schedule on schedule.id = seat.schedule_id
    where (reservation.schedule_id, reservation.concert_id) <> (schedule.id, schedule.concert_id)`,
  ...SHOP,
  ...PAYMENTS,
} as const

export async function expectNothingBroken(postgres: Postgres): Promise<void> {
  const found: Record<string, number> = {}
  for (const [what, query] of Object.entries(BROKEN)) found[what] = (await postgres.query(query)).length
  expect(found).toEqual(Object.fromEntries(Object.keys(BROKEN).map((what) => [what, 0])))
}

/** One number from one row. */
export async function count(postgres: Postgres, query: string): Promise<number> {
  const [row] = await postgres.query<{ count: string }>(`select count(*) from (${query}) as rows`)
  return Number(row?.count)
}
