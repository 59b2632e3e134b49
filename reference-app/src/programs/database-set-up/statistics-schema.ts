/** What was sold, hour by hour. Everything in it can be counted again from the rows of the shop and the box office. */
export const STATISTICS = `
create table if not exists sales_statistics (
  hour     timestamptz not null,
  kind     text not null check (kind in ('product', 'concert')),
  -- Of the product or the concert.
  subject  integer not null,
  -- Pieces, or seats.
  quantity bigint not null,
  -- Won, before discounts.
  revenue  bigint not null,
  primary key (hour, kind, subject)
);
create index if not exists order_change_paid on order_change (at) where at is not null and status = 'paid';
create index if not exists payment_by_time on payment (paid_at);
`
