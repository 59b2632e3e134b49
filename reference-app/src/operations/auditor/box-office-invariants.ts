import type { Invariant } from './invariant.ts'

/** What must be true of seats, reservations and balances. */
export const BOX_OFFICE: readonly Invariant[] = [
  {
    name: 'seat_sold_once',
    broken: 'a seat has two live holds or sales',
    table: 'seat',
    find: `select seat_id from reservation where status = 'paid' or (status = 'held' and expires_at > now())
      group by seat_id having count(*) > 1`,
  },
  {
    name: 'seat_of_its_schedule',
    broken: 'a seat is held for another schedule than its own',
    table: 'reservation',
    find: `select id from reservation where not exists (
      select from seat join schedule on schedule.id = seat.schedule_id where seat.id = reservation.seat_id
        and schedule.id = reservation.schedule_id and schedule.concert_id = reservation.concert_id)`,
  },
  {
    name: 'ticket_paid_once',
    broken: 'a paid reservation has not exactly one payment, or an unpaid one has one',
    table: 'reservation',
    find: `select reservation.id from reservation left join payment on payment.reservation_id = reservation.id
      group by reservation.id having count(payment.id) <> (reservation.status = 'paid')::integer`,
  },
  {
    name: 'ticket_paid_as_reserved',
    broken: 'a payment is for another user or amount than reserved, or for nothing',
    table: 'payment',
    find: `select id from payment where not exists (
      select from reservation where reservation.id = payment.reservation_id
        and reservation.user_id = payment.user_id and reservation.price = payment.amount)`,
  },
  {
    name: 'ticket_taken_from_balance',
    broken: 'an entry of the ledger is not the sum of its payments',
    table: 'balance_entry',
    find: `select balance_entry.id from balance_entry left join payment on payment.entry_id = balance_entry.id
      where kind = 'payment' group by balance_entry.id
      having -balance_entry.amount <> coalesce(sum(payment.amount), 0)`,
  },
  {
    name: 'balance_never_negative',
    broken: 'a balance is below zero',
    table: 'balance',
    find: 'select user_id from balance where amount < 0',
  },
  {
    // With ledger_running_balance the last entry holds the sum of all, so no aggregate is needed.
    name: 'balance_equals_ledger',
    broken: 'a balance is not what the last entry of its ledger says',
    table: 'balance',
    find: `select user_id from balance where amount <> coalesce((
      select balance_after from balance_entry where balance_entry.user_id = balance.user_id order by id desc limit 1), 0)`,
  },
  {
    name: 'ledger_running_balance',
    broken: 'an entry of the ledger does not go on from the one before it',
    table: 'balance_entry',
    find: `select id from (
      select id, amount, balance_after, lag(balance_after, 1, 0) over (partition by user_id order by id) as before
      from balance_entry) as entry where balance_after <> before + amount`,
  },
]
