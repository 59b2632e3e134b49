/** The tables of the box office. Each statement may run again and again. */
export const SCHEMA = `
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
`
