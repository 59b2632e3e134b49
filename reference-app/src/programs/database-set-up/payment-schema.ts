/**
 * Payments of orders, charged by a provider outside. Payments of reservations come from the balance: they are in the
 * box office's tables.
 */
export const PAYMENTS = `
create table if not exists order_payment (
  id              integer generated always as identity primary key,
  order_id        integer not null check (order_id > 0),
  user_id         integer not null check (user_id > 0),
  amount          integer not null check (amount > 0),
  -- requested: no provider has charged it, or can still do so. charging: this provider was asked, or is about to be, and may have charged.
  state           text not null default 'requested' check (state in ('requested', 'charging', 'succeeded', 'declined', 'failed')),
  provider        text check (provider in ('primary', 'secondary')),
  -- Providers where it was given up for good: they refuse its key.
  voided_at       text[] not null default '{}',
  -- Why it was declined or failed.
  reason          text check ((reason is not null) = (state in ('declined', 'failed'))),
  -- Claims so far. Also the number of the claim: what a lapsed one writes is refused.
  attempts        integer not null default 0,
  -- Null: nothing to do, because its event was not consumed yet, or because it has ended.
  next_attempt_at timestamptz check (next_attempt_at is null or state in ('requested', 'charging')),
  claimed_until   timestamptz,
  requested_at    timestamptz not null default clock_timestamp(),
  ended_at        timestamptz check ((ended_at is not null) = (state in ('succeeded', 'declined', 'failed'))),
  check (provider is not null or state in ('requested', 'failed'))
);
-- When it fails unless it may have been charged. Null: its event was not consumed yet.
alter table order_payment add column if not exists give_up_at timestamptz;
-- An order is paid once, whoever asks. Another payment is possible when the last was declined or has failed.
create unique index if not exists order_payment_live on order_payment (order_id) where order_id is not null and state in ('requested', 'charging', 'succeeded');
create index if not exists order_payment_of_order on order_payment (order_id, id);
create index if not exists order_payment_due on order_payment (next_attempt_at) where next_attempt_at is not null;
`
