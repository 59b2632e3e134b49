import { type Invariant, ONE_BY_ONE } from './invariant.ts'

const SLICE = 10_000

/** What must be true of seats, reservations and balances. */
export const BOX_OFFICE: readonly Invariant[] = [
  {
    name: 'seat_sold_once',
    broken: 'a seat has two live holds or sales',
    table: 'seat',
    key: 'id',
    slice: SLICE,
    find: (among) => `select seat_id from reservation where status in ('held', 'paid')
      and (status = 'paid' or expires_at > now()) and ${among('seat_id')} group by seat_id having count(*) > 1`,
  },
  {
    name: 'seat_of_its_schedule',
    broken: 'a seat is held for another schedule than its own',
    table: 'reservation',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from reservation where ${among('id')} and not exists (
      select from seat join schedule on schedule.id = seat.schedule_id where seat.id = reservation.seat_id
        and (schedule.id, schedule.concert_id) = (reservation.schedule_id, reservation.concert_id) ${ONE_BY_ONE})`,
  },
  {
    name: 'ticket_paid_once',
    broken: 'a paid reservation has not exactly one payment, or an unpaid one has one',
    table: 'reservation',
    key: 'id',
    slice: SLICE,
    find: (among) => `select reservation.id from reservation left join payment
      on payment.reservation_id = reservation.id and ${among('payment.reservation_id')} where ${among('reservation.id')} group by reservation.id
      having count(payment.id) <> (reservation.status = 'paid')::integer`,
  },
  {
    name: 'ticket_paid_as_reserved',
    broken: 'a payment is for another user or amount than reserved, or for nothing',
    table: 'payment',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from payment where ${among('id')} and not exists (
      select from reservation where reservation.id = payment.reservation_id
        and (reservation.user_id, reservation.price) = (payment.user_id, payment.amount) ${ONE_BY_ONE})`,
  },
  {
    name: 'ticket_taken_from_balance',
    broken: 'an entry of the ledger is not the sum of its payments',
    table: 'balance_entry',
    key: 'id',
    slice: SLICE,
    find: (among) => `select balance_entry.id from balance_entry left join payment
      on payment.entry_id = balance_entry.id and ${among('payment.entry_id')} where kind = 'payment' and ${among('balance_entry.id')}
      group by balance_entry.id having -balance_entry.amount <> coalesce(sum(payment.amount), 0)`,
  },
  {
    name: 'balance_never_negative',
    broken: 'a balance is below zero',
    table: 'balance',
    key: 'user_id',
    slice: SLICE,
    find: (among) => `select user_id from balance where amount < 0 and ${among('user_id')}`,
  },
  {
    // With ledger_running_balance the last entry says the sum of all: nobody has to add them up.
    name: 'balance_equals_ledger',
    broken: 'a balance is not what the last entry of its ledger says',
    table: 'balance',
    key: 'user_id',
    slice: SLICE,
    find: (among) => `select user_id from balance where ${among('user_id')} and amount <> coalesce((
      select balance_after from balance_entry where balance_entry.user_id = balance.user_id order by id desc limit 1), 0)`,
  },
  {
    name: 'ledger_running_balance',
    broken: 'an entry of the ledger does not go on from the one before it',
    table: 'balance_entry',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from balance_entry where ${among('id')} and balance_after <> amount + coalesce((
      select earlier.balance_after from balance_entry as earlier
      where earlier.user_id = balance_entry.user_id and earlier.id < balance_entry.id order by earlier.id desc limit 1), 0)`,
  },
]
