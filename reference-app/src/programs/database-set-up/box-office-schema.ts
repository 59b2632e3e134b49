/**
 * The tables of the box office. Money is in whole won, the unit of the reports, which has no cents.
 */
export const BOX_OFFICE = `
create table if not exists concert (
  id    integer primary key,
  title text not null,
  venue text not null
);
create table if not exists schedule (
  id         integer primary key,
  concert_id integer not null references concert (id),
  starts_at  timestamptz not null
);
create index if not exists schedule_of_concert on schedule (concert_id);
create table if not exists seat (
  id          integer primary key,
  schedule_id integer not null references schedule (id),
  number      integer not null check (number > 0),
  on_sale     boolean not null default true,
  unique (schedule_id, number)
);
alter table seat add column if not exists price integer not null default 50000 check (price > 0);
create index if not exists seat_on_sale on seat (schedule_id) where on_sale;
create index if not exists seat_withdrawn on seat (schedule_id) where not on_sale;

-- What a user may spend. No row: nothing was ever recharged. The amount is the sum of the user's entries, at every commit.
create table if not exists balance (
  user_id integer primary key check (user_id > 0),
  amount  integer not null check (amount >= 0)
);
-- The ledger: only ever added to.
create table if not exists balance_entry (
  id            integer generated always as identity primary key,
  user_id       integer not null references balance (user_id),
  kind          text not null check (kind in ('recharge', 'payment')),
  amount        integer not null check (case kind when 'recharge' then amount > 0 else amount < 0 end),
  balance_after integer not null check (balance_after >= 0),
  at            timestamptz not null default now()
);
create index if not exists balance_entry_of_user on balance_entry (user_id, id);

-- One row for each time that a seat was held. 'held' and past expires_at is expired as well, whether or not anybody wrote it down.
create table if not exists reservation (
  id          integer generated always as identity primary key,
  user_id     integer not null check (user_id > 0),
  concert_id  integer not null references concert (id),
  schedule_id integer not null references schedule (id),
  seat_id     integer not null references seat (id),
  price       integer not null check (price > 0),
  status      text not null default 'held' check (status in ('held', 'paid', 'expired')),
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null
);
-- Each partial index asks for its own column besides its state, so that only a statement about that column can use it:
-- while nothing is live, all of them look empty and equally cheap to the planner, which then reads a wrong one whole.
create unique index if not exists reservation_live on reservation (seat_id) where seat_id is not null and status in ('held', 'paid');
create index if not exists reservation_held_by on reservation (user_id) where user_id is not null and status = 'held';
create index if not exists reservation_held_until on reservation (expires_at) where expires_at > '-infinity' and status = 'held';
create index if not exists reservation_live_of_schedule on reservation (schedule_id) include (status, expires_at) where schedule_id is not null and status in ('held', 'paid');
create index if not exists reservation_expired_at on reservation (expires_at) where expires_at is not null and status = 'expired';

create table if not exists payment (
  id             integer generated always as identity primary key,
  reservation_id integer not null unique references reservation (id),
  entry_id       integer not null references balance_entry (id),
  user_id        integer not null,
  amount         integer not null check (amount > 0),
  paid_at        timestamptz not null default now()
);
create index if not exists payment_of_entry on payment (entry_id);

-- Answers to requests that carried an Idempotency-Key, each written by the transaction of its effect.
create table if not exists idempotent_answer (
  user_id      integer not null,
  route        text not null,
  key          text not null,
  request_hash text not null,
  answer       json not null,
  created_at   timestamptz not null default now(),
  primary key (user_id, route, key)
);
create index if not exists idempotent_answer_by_age on idempotent_answer (created_at);
`
