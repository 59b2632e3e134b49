/** What must be true of the rows of order payments and events at every moment. Each query finds the rows that break it. */
export const PAYMENTS = {
  'an order that is paid, or being paid, twice': `select order_id from order_payment
    where state in ('requested', 'charging', 'succeeded') group by order_id having count(*) > 1`,
  'a payment that was not asked for by exactly one event': `select order_payment.id from order_payment
    left join outbox_event on topic = 'payment.requested' and (payload ->> 'paymentId')::integer = order_payment.id
    group by order_payment.id having count(outbox_event.id) <> 1`,
  'a payment whose end was not told exactly once, as it was': `select order_payment.id from order_payment
    left join outbox_event on topic in ('payment.succeeded', 'payment.declined', 'payment.failed')
      and (payload ->> 'paymentId')::integer = order_payment.id
    group by order_payment.id
    having count(outbox_event.id) <> (ended_at is not null)::integer or max(topic) <> 'payment.' || state`,
  'an end that tells another amount, user or order than the payment has': `select outbox_event.id from outbox_event
    join order_payment on order_payment.id = (payload ->> 'paymentId')::integer where topic like 'payment.%'
      and ((payload ->> 'amount')::integer, (payload ->> 'userId')::integer, (payload ->> 'orderId')::integer)
        <> (amount, user_id, order_id)`,
  'a request for a payment that was published and not consumed': `select id from outbox_event
    where topic = 'payment.requested' and published_at is not null
      and not exists (select from consumed_event where event_id = id and consumer = 'payment-start')`,
  'a payment that failed or was declined where it may have been charged': `select id from order_payment
    where state = 'failed' and provider is not null`,
  'an event that is published and claimed': `select id from outbox_event
    where published_at is not null and claimed_until is not null`,
} as const
