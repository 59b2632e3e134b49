/** The waiting room's journal: one row a stay, from which the line is rebuilt when its Redis is lost. */
export const WAITING_ROOM = `
create table if not exists waiting_room_journal (
  token_id       text primary key,
  user_id        integer not null check (user_id > 0),
  seq            bigint not null check (seq > 0),
  joined_at      timestamptz not null,
  expires_at     timestamptz not null,
  admitted_until timestamptz,
  ended_as       text check (ended_as in ('completed', 'abandoned', 'expired', 'dropped'))
);
create index if not exists waiting_room_journal_by_seq on waiting_room_journal (seq);
-- Of the last stay of a user, whether or not it has ended, and of those that have not, in the order of the line.
create index if not exists waiting_room_journal_of_user on waiting_room_journal (user_id, seq);
create index if not exists waiting_room_journal_unended on waiting_room_journal (seq) where seq is not null and ended_as is null;
drop index if exists waiting_room_journal_live;
create index if not exists waiting_room_journal_admitted on waiting_room_journal (seq) where seq is not null and admitted_until is not null;
create index if not exists waiting_room_journal_by_age on waiting_room_journal (expires_at);
`
