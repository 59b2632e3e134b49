/** Inquiries to support. */
export const SUPPORT = `
create table if not exists support_inquiry (
  id      integer generated always as identity primary key,
  topic   text not null,
  message text,
  at      timestamptz not null default clock_timestamp()
);
create index if not exists support_inquiry_by_age on support_inquiry (at);
`
