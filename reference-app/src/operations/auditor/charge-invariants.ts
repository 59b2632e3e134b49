import type { Invariant } from './invariant.ts'

/** What must be true of orders and their charges. */
export const CHARGES: readonly Invariant[] = [
  {
    name: 'order_charged_once',
    broken: 'an order is charged, or being charged, twice',
    table: 'shop_order',
    find: `select order_id from order_payment where state in ('requested', 'charging', 'succeeded')
      group by order_id having count(*) > 1`,
  },
  {
    name: 'order_paid_is_charged',
    broken: 'a paid order has not exactly one charge that succeeded, or has one although it cost nothing',
    table: 'shop_order',
    find: `select shop_order.id from shop_order left join order_payment on order_id = shop_order.id and state = 'succeeded'
      where status = 'paid' group by shop_order.id having count(order_payment.id) <> (total > 0)::integer`,
  },
  {
    name: 'order_charged_is_paid',
    broken: 'money was taken for an order that is not, and will not be, paid',
    table: 'order_payment',
    find: `select order_payment.id from order_payment join shop_order on shop_order.id = order_id
      where state = 'succeeded' and status not in ('paid', 'placed')`,
  },
  {
    name: 'order_charged_as_ordered',
    broken: 'a charge is for another amount or user than ordered, or for no order',
    table: 'order_payment',
    find: `select id from order_payment where not exists (
      select from shop_order where shop_order.id = order_id
        and shop_order.total = order_payment.amount and shop_order.user_id = order_payment.user_id)`,
  },
  {
    name: 'order_asks_to_be_paid',
    broken: 'nobody asks for the payment of a placed order',
    table: 'shop_order',
    find: `select id from shop_order where status = 'placed'
      and not exists (select from order_payment where order_id = shop_order.id)`,
  },
  {
    name: 'charge_not_lost',
    broken: 'a payment has failed where it may have been charged',
    table: 'order_payment',
    find: `select id from order_payment where state = 'failed' and provider is not null`,
  },
  {
    name: 'payment_request_consumed',
    broken: 'a request for a payment was published and not consumed',
    table: 'outbox_event',
    find: `select id from outbox_event where topic = 'payment.requested' and published_at is not null and not exists (
      select from consumed_event where event_id = id and consumer = 'payment-start')`,
  },
  {
    name: 'event_published_or_claimed',
    broken: 'an event is published and claimed',
    table: 'outbox_event',
    find: 'select id from outbox_event where published_at is not null and claimed_until is not null',
  },
]
