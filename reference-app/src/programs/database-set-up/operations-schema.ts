/** What operators want every instance to be like, and who changed it when. */
export const OPERATIONS = `
-- One row. settings: name -> {value, version, change, actor, instance, at}; version counts the changes of all of them.
create table if not exists operations_desired (
  one      boolean primary key default true check (one),
  version  bigint not null default 0,
  settings jsonb  not null default '{}'
);
insert into operations_desired (one) values (true) on conflict do nothing;

-- Only ever added to. id is made by the instance, so that a row which may or may not have been written can be written again.
create table if not exists operations_audit (
  id       uuid primary key,
  at       timestamptz not null,
  actor    text not null,
  role     text not null,
  instance text not null,
  action   text not null,
  before   jsonb,
  after    jsonb,
  written  timestamptz not null default now()
);
create index if not exists operations_audit_by_time on operations_audit (at);
create or replace function operations_audit_stays() returns trigger language plpgsql as
$$ begin raise exception 'operations_audit is only ever added to' using errcode = 'insufficient_privilege'; end $$;
create or replace trigger operations_audit_stays before update or delete or truncate on operations_audit
  for each statement execute function operations_audit_stays();
`
