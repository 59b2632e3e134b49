/** What events must say about order payments, as long as none was forgotten. Each query finds the rows that break it. */
export const PAYMENTS = {
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
} as const
