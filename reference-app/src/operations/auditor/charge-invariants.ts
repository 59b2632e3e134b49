import { type Invariant, ONE_BY_ONE } from './invariant.ts'

const SLICE = 10_000

/** What must be true of orders and their charges. */
export const CHARGES: readonly Invariant[] = [
  {
    name: 'order_charged_once',
    broken: 'an order is charged, or being charged, twice',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select order_id from order_payment where state in ('requested', 'charging', 'succeeded')
      and ${among('order_id')} group by order_id having count(*) > 1`,
  },
  {
    name: 'order_paid_is_charged',
    broken: 'a paid order has not exactly one charge that succeeded, or has one although it cost nothing',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select shop_order.id from shop_order
      left join order_payment on order_id = shop_order.id and ${among('order_id')} and state = 'succeeded'
      where status = 'paid' and ${among('shop_order.id')}
      group by shop_order.id having count(order_payment.id) <> (total > 0)::integer`,
  },
  {
    name: 'order_charged_is_paid',
    broken: 'money was taken for an order that is not, and will not be, paid',
    table: 'order_payment',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from order_payment where state = 'succeeded' and ${among('id')} and exists (
      select from shop_order where shop_order.id = order_id and status not in ('paid', 'placed') ${ONE_BY_ONE})`,
  },
  {
    name: 'order_charged_as_ordered',
    broken: 'a charge is for another amount or user than ordered, or for no order',
    table: 'order_payment',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from order_payment where ${among('id')} and not exists (
      select from shop_order where shop_order.id = order_id
        and (shop_order.total, shop_order.user_id) = (order_payment.amount, order_payment.user_id) ${ONE_BY_ONE})`,
  },
  {
    name: 'order_asks_to_be_paid',
    broken: 'nobody asks for the payment of a placed order',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from shop_order where status = 'placed' and ${among('id')}
      and not exists (select from order_payment where order_id = shop_order.id)`,
  },
  {
    name: 'charge_not_lost',
    broken: 'a payment has failed where it may have been charged',
    table: 'order_payment',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from order_payment where state = 'failed' and provider is not null and ${among('id')}`,
  },
  {
    name: 'payment_request_consumed',
    broken: 'a request for a payment was published and not consumed',
    table: 'outbox_event',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from outbox_event where topic = 'payment.requested' and published_at is not null
      and ${among('id')} and not exists (
        select from consumed_event where event_id = id and ${among('event_id')} and consumer = 'payment-start')`,
  },
  {
    name: 'event_published_or_claimed',
    broken: 'an event is published and claimed',
    table: 'outbox_event',
    key: 'id',
    slice: SLICE,
    find: (among) =>
      `select id from outbox_event where published_at is not null and claimed_until is not null and ${among('id')}`,
  },
]
