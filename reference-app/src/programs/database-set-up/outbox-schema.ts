/**
 * Events that a transaction leaves behind for others, and who has taken which. `key` says what the event is about, for
 * people who look; events of one key come in no promised order. An event is due when `next_attempt_at` has come and
 * nobody's claim on it lives. Every order leaves several events behind, also one that is refused in the end, so their
 * ids are the first to leave the range of an integer.
 */
export const OUTBOX = `
create table if not exists outbox_event (
  id              bigint generated always as identity primary key,
  topic           text not null check (topic <> ''),
  key             text not null,
  payload         json not null,
  created_at      timestamptz not null default clock_timestamp(),
  -- Claims so far. Also the number of the claim: what a lapsed one writes is refused.
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  claimed_until   timestamptz,
  last_error      text,
  -- Every consumer of the topic has taken it.
  published_at    timestamptz
);
create index if not exists outbox_event_due on outbox_event (next_attempt_at) where next_attempt_at is not null and published_at is null;
create index if not exists outbox_event_by_age on outbox_event (published_at) where published_at is not null;

-- Written by the transaction of the effect: delivered twice, an event still takes effect once.
create table if not exists consumed_event (
  consumer    text not null,
  event_id    bigint not null references outbox_event (id) on delete cascade,
  consumed_at timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create index if not exists consumed_event_of on consumed_event (event_id);

-- They were integers once. The tables hold an hour of events: it does not take long.
do $$ begin
  if exists (select from pg_attribute where attrelid = 'outbox_event'::regclass and attname = 'id' and atttypid = 'integer'::regtype) then
    lock table consumed_event, outbox_event;
    alter table outbox_event alter column id type bigint;
    alter table consumed_event alter column event_id type bigint;
  end if;
end $$;
`
