/**
 * Rows of a shop and a box office that were busy for long, none of them wrong: so many orders with two items each, 80 % of them paid, a tenth with a
 * coupon; as many reservations that were paid, twice as many entries in the ledger, and three events an order. A tenth of the orders, 10,000 at most,
 * are of the last two minutes. Made by the server, a statement for each table, in a database that is prepared and otherwise empty.
 */
export const busyShop = (orders: number) => `
set session_replication_role = replica; -- foreign keys are right by construction

insert into seat (id, schedule_id, number)
select n, 1 + n % 28, n from generate_series(1000, ${999 + orders}) as n;
insert into balance (user_id, amount) select n, 0 from generate_series(1, ${users(orders)}) as n;
insert into balance_entry (user_id, kind, amount, balance_after)
select 1 + (n / 2) % ${users(orders)}, case n % 2 when 0 then 'recharge' else 'payment' end,
  case n % 2 when 0 then 50000 else -50000 end, case n % 2 when 0 then 50000 else 0 end
from generate_series(0, ${2 * orders - 1}) as n order by n;
insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
select 1 + n % ${users(orders)}, concert_id, schedule.id, 1000 + n, 50000, 'paid', now()
from generate_series(0, ${orders - 1}) as n join schedule on schedule.id = 1 + (1000 + n) % 28 order by n;
insert into payment (reservation_id, entry_id, user_id, amount)
select id, 2 * id, user_id, price from reservation order by id;

insert into coupon (id, name, discount, "limit", issued)
select n, 'Old no. ' || n, 5, 1200, least(1200, ${orders / 10} - (n - 1000) * 1200)
from generate_series(1000, ${1000 + Math.ceil(orders / 12_000) - 1}) as n;
insert into coupon_issue (coupon_id, user_id, used_at)
select 1000 + n / 1200, 1 + n % ${users(orders)}, now() from generate_series(0, ${orders / 10 - 1}) as n order by n;

insert into shop_order (user_id, status, total, discount, coupon_issue_id, reason, version, created_at, changed_at)
select case n % 10 when 0 then issue.user_id else 1 + n % ${users(orders)} end,
  case n % 10 when 7 then 'cancelled' when 8 then case when at < now() then 'cancelled' else 'payment_failed' end else 'paid' end,
  30 - case n % 10 when 0 then 5 else 0 end, case n % 10 when 0 then 5 else 0 end, issue.id,
  case when n % 10 in (7, 8) then 'no_funds' end, 2, at, at
from (select n, now() - case when n > ${orders - Math.min(10_000, orders / 10)} then interval '0' else interval '1 day' end as at
  from generate_series(1, ${orders}) as n) as of left join coupon_issue as issue on n % 10 = 0 and issue.id = n / 10 order by n;
insert into order_item (order_id, product_id, quantity, price)
select id, 1 + (id + which * 37) % 100, 1 + which, 10 from shop_order cross join (values (0), (1)) as item (which) order by id;
insert into order_change (order_id, version, status)
select id, v, case v when 1 then 'placed' else status end from shop_order cross join (values (1), (2)) as change (v) order by id;
insert into order_payment (order_id, user_id, amount, state, provider, reason, ended_at)
select id, user_id, total, case status when 'paid' then 'succeeded' else 'declined' end, 'primary', reason, now() from shop_order order by id;
update product set initial_stock = initial_stock + sold from (
  select product_id, sum(quantity) as sold from order_item join shop_order on shop_order.id = order_id where status <> 'cancelled' group by 1) as of
where id = product_id;
insert into product_sales
select product_id, sum(quantity), sum(quantity * order_item.price) from order_item join shop_order on shop_order.id = order_id
where status = 'paid' group by 1;

insert into outbox_event (topic, key, payload, published_at)
select (array['order.placed', 'payment.requested', 'payment.succeeded'])[1 + n % 3], 'order:' || n / 3, '{}', now()
from generate_series(0, ${3 * orders - 1}) as n order by n;
insert into consumed_event (consumer, event_id)
select case topic when 'payment.requested' then 'payment-start' else 'order-settlement' end, id from outbox_event
where topic <> 'order.placed' order by id;
`

/** Each has bought fifty times. */
const users = (orders: number) => Math.max(1_200, orders / 50)
