interface Break {
  /** So many of its subjects are broken then. */
  rows: number
  /** What the same rows break besides. */
  also?: Record<string, number>
  breaks: string
  mends: string
}

/** One of everything: a seat held and one sold, orders placed, paid, for nothing with a coupon, failed and cancelled. */
export const WHOLE = `
insert into balance (user_id, amount) values (1, 0), (2, 0);
insert into balance_entry (user_id, kind, amount, balance_after)
  values (1, 'recharge', 50100, 50100), (2, 'recharge', 7, 7), (1, 'payment', -50000, 100);
update balance set amount = case user_id when 1 then 100 else 7 end;
insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at) values
  (1, 1, 1, 1, 50000, 'paid', now()), (2, 1, 1, 2, 50000, 'held', now() + interval '1 hour'),
  (2, 1, 1, 1, 50000, 'expired', now() - interval '1 hour');
insert into payment (reservation_id, entry_id, user_id, amount) values (1, 3, 1, 50000);

update coupon set issued = 2 where id = 1;
insert into coupon_issue (coupon_id, user_id, used_at) values (1, 1, now()), (1, 2, null);
insert into shop_order (user_id, status, total, discount, coupon_issue_id, reason) values
  (1, 'placed', 20000, 0, null, null), (1, 'paid', 30000, 0, null, null), (1, 'paid', 0, 5, 1, null),
  (2, 'payment_failed', 20000, 0, null, 'no_funds'), (2, 'cancelled', 20000, 0, null, 'no_funds');
insert into order_change (order_id, version, status) select id, 1, status from shop_order;
insert into order_item (order_id, product_id, quantity, price)
  values (1, 10, 2, 10000), (2, 10, 3, 10000), (3, 1, 5, 1), (4, 20, 1, 20000), (5, 20, 1, 20000);
update product set stock = stock - case id when 10 then 5 when 1 then 5 else 1 end where id in (1, 10, 20);
insert into product_sales values (10, 3, 30000);
insert into order_payment (order_id, user_id, amount, state, provider, reason, ended_at) values
  (1, 1, 20000, 'charging', 'primary', null, null), (2, 1, 30000, 'succeeded', 'primary', null, now()),
  (4, 2, 20000, 'declined', 'primary', 'no_funds', now()), (5, 2, 20000, 'failed', null, 'timeout', now());
insert into outbox_event (topic, key, payload, published_at)
  select 'payment.requested', 'order:' || order_id,
    json_build_object('paymentId', id, 'orderId', order_id, 'userId', user_id, 'amount', amount), now() from order_payment;
insert into outbox_event (topic, key, payload, published_at)
  select 'payment.' || state, 'order:' || order_id,
    json_build_object('paymentId', id, 'orderId', order_id, 'userId', user_id, 'amount', amount), now()
    from order_payment where ended_at is not null;
insert into consumed_event (consumer, event_id) select 'payment-start', id from outbox_event where topic = 'payment.requested';
`

/** Takes away every constraint and every unique index but the primary keys, which would refuse what the auditor is to find. */
export const UNGUARD = `do $$ declare it record; begin
  for it in select conrelid::regclass as home, conname from pg_constraint
    where contype in ('c', 'f', 'u') and connamespace = 'public'::regnamespace order by contype = 'u'
  loop execute format('alter table %s drop constraint %I cascade', it.home, it.conname); end loop;
  for it in select indexrelid::regclass as index from pg_index join pg_class on pg_class.oid = indrelid
    where indisunique and not indisprimary and relnamespace = 'public'::regnamespace
  loop execute format('drop index %s', it.index); end loop;
end $$`

const ORDER = (id: number, set: string, back: string) => ({
  breaks: `update shop_order set ${set} where id = ${id}`,
  mends: `update shop_order set ${back} where id = ${id}`,
})
const CHARGE = (id: number, set: string, back: string) => ({
  breaks: `update order_payment set ${set} where id = ${id}`,
  mends: `update order_payment set ${back} where id = ${id}`,
})

/** By invariant: how rows come to break it, and how they are mended. */
export const BREAKS: Readonly<Record<string, Break>> = {
  seat_sold_once: {
    rows: 1,
    breaks: `update reservation set status = 'held', expires_at = now() + interval '1 hour' where id = 3`,
    mends: `update reservation set status = 'expired' where id = 3`,
  },
  seat_of_its_schedule: {
    rows: 1,
    breaks: 'update reservation set schedule_id = 2 where id = 2',
    mends: 'update reservation set schedule_id = 1 where id = 2',
  },
  ticket_paid_once: {
    rows: 1,
    also: { ticket_taken_from_balance: 1 },
    breaks: 'insert into payment (reservation_id, entry_id, user_id, amount) values (1, 3, 1, 50000)',
    mends: 'delete from payment where id > 1',
  },
  ticket_paid_as_reserved: {
    rows: 1,
    breaks: 'update payment set user_id = 2 where id = 1',
    mends: 'update payment set user_id = 1 where id = 1',
  },
  ticket_taken_from_balance: {
    rows: 1,
    also: { ticket_paid_as_reserved: 1 },
    breaks: 'update payment set amount = 49999 where id = 1',
    mends: 'update payment set amount = 50000 where id = 1',
  },
  balance_never_negative: {
    rows: 1,
    also: { balance_equals_ledger: 1 },
    breaks: 'update balance set amount = -1 where user_id = 2',
    mends: 'update balance set amount = 7 where user_id = 2',
  },
  balance_equals_ledger: {
    rows: 2,
    breaks: 'update balance set amount = amount + 1',
    mends: 'update balance set amount = amount - 1',
  },
  ledger_running_balance: {
    rows: 1,
    breaks: 'update balance_entry set amount = amount + 1 where id = 1',
    mends: 'update balance_entry set amount = amount - 1 where id = 1',
  },
  stock_never_negative: {
    rows: 1,
    breaks: 'update product set stock = -1, initial_stock = -1 where id = 50',
    mends: 'update product set stock = 100000, initial_stock = 100000 where id = 50',
  },
  stock_adds_up: {
    rows: 2,
    breaks: 'update product set stock = stock + 1, initial_stock = initial_stock + 2 where id in (10, 99)',
    mends: 'update product set stock = stock - 1, initial_stock = initial_stock - 2 where id in (10, 99)',
  },
  sales_within_paid: {
    rows: 1,
    breaks: 'update product_sales set quantity = 4',
    mends: 'update product_sales set quantity = 3',
  },
  order_total: {
    rows: 1,
    ...ORDER(4, 'total = 1, discount = 2', 'total = 20000, discount = 0'),
    also: { order_charged_as_ordered: 1 },
  },
  order_history: { rows: 1, ...ORDER(1, 'version = 2', 'version = 1') },
  order_charged_once: {
    rows: 1,
    ...CHARGE(4, 'order_id = 1, user_id = 1, state = $$requested$$', 'order_id = 5, user_id = 2, state = $$failed$$'),
  },
  order_paid_is_charged: { rows: 1, ...CHARGE(2, 'state = $$declined$$', 'state = $$succeeded$$') },
  order_charged_is_paid: {
    rows: 1,
    also: { order_history: 1, sales_within_paid: 1 },
    ...ORDER(2, 'status = $$payment_failed$$, version = 2', 'status = $$paid$$, version = 1'),
  },
  order_charged_as_ordered: { rows: 1, ...CHARGE(3, 'amount = 1', 'amount = 20000') },
  order_asks_to_be_paid: {
    rows: 1,
    also: { order_charged_as_ordered: 1 },
    ...CHARGE(1, 'order_id = 77', 'order_id = 1'),
  },
  charge_not_lost: { rows: 1, ...CHARGE(4, 'provider = $$primary$$', 'provider = null') },
  payment_request_consumed: {
    rows: 1,
    breaks: 'delete from consumed_event where event_id = 2',
    mends: `insert into consumed_event (consumer, event_id) values ('payment-start', 2)`,
  },
  event_published_or_claimed: {
    rows: 1,
    breaks: 'update outbox_event set claimed_until = now() where id = 2',
    mends: 'update outbox_event set claimed_until = null where id = 2',
  },
  coupon_within_limit: {
    rows: 1,
    breaks: 'update coupon set "limit" = 1 where id = 1',
    mends: 'update coupon set "limit" = 1200 where id = 1',
  },
  coupon_count: {
    rows: 1,
    breaks: 'update coupon set issued = 3 where id = 1',
    mends: 'update coupon set issued = 2 where id = 1',
  },
  coupon_once_per_user: {
    rows: 1,
    also: { coupon_of_its_user: 0 },
    breaks: 'update coupon_issue set user_id = 1 where id = 2',
    mends: 'update coupon_issue set user_id = 2 where id = 2',
  },
  coupon_used_once: {
    rows: 1,
    breaks: 'update coupon_issue set used_at = null where id = 1',
    mends: 'update coupon_issue set used_at = now() where id = 1',
  },
  coupon_of_its_user: { rows: 1, ...ORDER(3, 'user_id = 2', 'user_id = 1') },
}
