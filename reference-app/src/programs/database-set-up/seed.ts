/**
 * Sizes from the concert load test: 5 concerts, 28 schedules (6, 6, 6, 5, 5), 24 seats each; ids count up over all of
 * them.
 */
const CONCERTS = 5
const SCHEDULES = 28
const SEATS_PER_SCHEDULE = 24
/** From the order load test: 100 products, of which 1 to 5 cost 1 won. More pieces than a test can order. */
const PRODUCTS = 100
const CHEAP_PRODUCTS = 5
const STOCK = 100_000
/** From the coupon load test: at most 1,200 of one. The first is worth five of the cheap products. */
const COUPONS = 5
const COUPON_LIMIT = 1_200

/** The data set, made by the server in a statement for each table. What exists already stays as it is. */
export const SEED = `
insert into concert (id, title, venue)
select n, (array['Night Trains', 'Paper Lanterns', 'The Long Encore', 'Harbour Lights', 'Second Sun'])[n],
  (array['Grand Hall', 'River Stage'])[1 + n % 2]
from generate_series(1, ${CONCERTS}) as n
on conflict (id) do nothing;

insert into schedule (id, concert_id, starts_at)
select n, 1 + (n - 1) % ${CONCERTS}, date_trunc('day', now()) + make_interval(days => 365 + n, hours => 19)
from generate_series(1, ${SCHEDULES}) as n
on conflict (id) do nothing;

insert into seat (id, schedule_id, number)
select n, 1 + (n - 1) / ${SEATS_PER_SCHEDULE}, 1 + (n - 1) % ${SEATS_PER_SCHEDULE}
from generate_series(1, ${SCHEDULES * SEATS_PER_SCHEDULE}) as n
on conflict (id) do nothing;

insert into product (id, name, price, initial_stock, stock)
select n, (array['Tour shirt', 'Poster', 'Vinyl', 'Tote bag', 'Pin'])[1 + (n - 1) % 5] || ' no. ' || n,
  case when n <= ${CHEAP_PRODUCTS} then 1 else 1000 * n end, ${STOCK}, ${STOCK}
from generate_series(1, ${PRODUCTS}) as n
on conflict (id) do nothing;

insert into coupon (id, name, discount, "limit")
select n, 'Opening night no. ' || n, case n when 1 then 5 else 1000 * n end, ${COUPON_LIMIT}
from generate_series(1, ${COUPONS}) as n
on conflict (id) do nothing;
`
