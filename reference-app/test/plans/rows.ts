/** Tables that grow with use, or hold a row for each seat: reading one whole costs more the longer the shop is open. */
export const GROWING: ReadonlySet<string> = new Set([
  'balance',
  'balance_entry',
  'consumed_event',
  'coupon_issue',
  'idempotent_answer',
  'operations_audit',
  'order_change',
  'order_item',
  'order_payment',
  'outbox_event',
  'payment',
  'reservation',
  'seat',
  'shop_order',
  'support_inquiry',
  'waiting_room_journal',
])

export type Life = 'finished' | 'live'

/**
 * `count` rows in each growing table, numbered from `first`. Finished: whatever waits, is held or is due in the
 * application is over. Live: all of it waits. References are not checked.
 */
export function rows(first: number, count: number, life: Life): string {
  const live = life === 'live'
  const hold = live ? `'held', now() + interval '5 min'` : `'expired', now() - interval '1 h'`
  const payment = live ? `'requested', null, now(), null` : `'failed', 'gone', null::timestamptz, now()`
  const order = live ? `case n % 2 when 0 then 'placed' else 'payment_failed' end` : `'paid'`
  const numbers = `generate_series(${first}, ${first + count - 1}) as n`
  return `
set session_replication_role = replica;
insert into seat (id, schedule_id, number) select 100000 + n, 1000 + n % 100, n from ${numbers};
insert into balance (user_id, amount) select 100000 + n, 0 from ${numbers};
insert into balance_entry (user_id, kind, amount, balance_after) select 100000 + n, 'recharge', 1, 1 from ${numbers};
insert into reservation (user_id, concert_id, schedule_id, seat_id, price, status, expires_at)
  select 1 + n % 5000, 1, 1000 + n % 100, 100000 + n, 1, ${hold}
  from ${numbers};
insert into payment (reservation_id, entry_id, user_id, amount) select n, n, 1 + n % 5000, 1 from ${numbers};
insert into idempotent_answer (user_id, route, key, request_hash, answer)
  select 1 + n % 5000, '/orders', 'key-' || n, 'hash', '{}' from ${numbers};
insert into coupon_issue (coupon_id, user_id, used_at) select 1, 100000 + n, ${live ? 'null' : 'now()'} from ${numbers};
insert into outbox_event (topic, key, payload, published_at)
  select 'order.placed', n::text, '{}', ${live ? 'null' : 'now()'} from ${numbers};
insert into consumed_event (consumer, event_id) select 'payments', n from ${numbers};
insert into order_payment (order_id, user_id, amount, state, reason, next_attempt_at, ended_at)
  select n, 1 + n % 5000, 1, ${payment} from ${numbers};
insert into shop_order (user_id, status, total, discount, reason)
  select 1 + n % 5000, ${order}, 1, 0, null from ${numbers};
insert into order_item (order_id, product_id, quantity, price) select n, 1 + n % 5, 1, 1 from ${numbers};
insert into order_change (order_id, version, status) select n, 1, ${live ? `'placed'` : `'paid'`} from ${numbers};
insert into support_inquiry (topic) select 'other' from ${numbers};
insert into waiting_room_journal (token_id, user_id, seq, joined_at, expires_at, ended_as)
  select 'token-' || n, 1 + n % 5000, n, now(), now() + interval '1 h', ${live ? 'null' : `'completed'`} from ${numbers};
insert into operations_audit (id, at, actor, role, instance, action)
  select gen_random_uuid(), now(), 'somebody', 'operator', 'api-1', 'act' from ${numbers};
set session_replication_role = origin;`
}
