/**
 * What the `load` data set has beyond the small one: enough for the load profiles of the reports at full rate, in one
 * run, with nothing refused for want of anything. A next run finds what the last one left; what has become less than
 * half is filled up again.
 */

/**
 * Reservations of the concert load test: 195,000 iterations (VU-seconds of 0 -> 1000 -> 3000 -> 0 in 90 s at one a
 * second: 160,000; 500/s for 70 s: 35,000), each of 1 to 4 seats: 487,500. The purchases of the same profiles, five
 * seconds each at least, need 67,000 x 2.5 = 167,500 of them.
 */
const SEATS_PER_SCHEDULE = 500
const SCHEDULES = 1_000
/** So that a list of concerts has 50 entries, and a list of schedules some twenty. */
const CONCERTS = 45
const FIRST = { concert: 6, schedule: 29, seat: 673 }
/**
 * Who holds 487,500 seats within the five minutes of a hold, at most 50 each: 9,750 users. The other reports know at
 * most 1,000.
 */
const USERS = 10_000
/** Won: 2,000 seats each, 40 times what those need who buy all of them. */
const BALANCE = 100_000_000
/**
 * Orders of all three profiles of the order load test in one run: 57,750 (50 -> 500 -> 1000 -> 2000 -> 0/s) + 115,500
 * (100 -> 1000 -> 2000 -> 4000 -> 0 VUs) + 100, each of at most 15 pieces, if need be of one product: 2.6 million
 * pieces.
 */
const STOCK = 10_000_000
/**
 * A coupon can be rushed once: 1,000 users at once, 20,000 attempts. So there is a fresh one for each of a hundred
 * runs.
 */
const COUPONS = 100
const COUPON_LIMIT = 1_200

export const LOAD_SET = `
insert into concert (id, title, venue)
select n, 'Festival no. ' || n, (array['Grand Hall', 'River Stage', 'Arena'])[1 + n % 3]
from generate_series(${FIRST.concert}, ${FIRST.concert + CONCERTS - 1}) as n
on conflict (id) do nothing;

insert into schedule (id, concert_id, starts_at)
select n, ${FIRST.concert} + n % ${CONCERTS}, date_trunc('day', now()) + make_interval(days => 365 + n % 365, hours => 19)
from generate_series(${FIRST.schedule}, ${FIRST.schedule + SCHEDULES - 1}) as n
on conflict (id) do nothing;

insert into seat (id, schedule_id, number)
select n, ${FIRST.schedule} + (n - ${FIRST.seat}) / ${SEATS_PER_SCHEDULE}, 1 + (n - ${FIRST.seat}) % ${SEATS_PER_SCHEDULE}
from generate_series(${FIRST.seat}, ${FIRST.seat + SCHEDULES * SEATS_PER_SCHEDULE - 1}) as n
where not exists (select from seat where id = ${FIRST.seat + SCHEDULES * SEATS_PER_SCHEDULE - 1})
on conflict (id) do nothing;

insert into balance (user_id, amount) select n, 0 from generate_series(1, ${USERS}) as n on conflict do nothing;
with filled as (
  update balance set amount = amount + ${BALANCE} where user_id <= ${USERS} and amount < ${BALANCE / 2} returning user_id, amount)
insert into balance_entry (user_id, kind, amount, balance_after)
select user_id, 'recharge', ${BALANCE}, amount from filled order by user_id;

update product set stock = stock + ${STOCK}, initial_stock = initial_stock + ${STOCK} where stock < ${STOCK / 2};

insert into coupon (id, name, discount, "limit")
select n, 'Rush no. ' || n, 5, ${COUPON_LIMIT}
from generate_series(6, ${5 + COUPONS}) as n
on conflict (id) do nothing;

analyze concert, schedule, seat, balance, balance_entry, product, coupon;
`
