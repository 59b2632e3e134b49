/** Coupons, first come, first served. `issued` is the number of the coupon's issues, at every commit. */
export const COUPONS = `
create table if not exists coupon (
  id       integer primary key,
  name     text not null,
  -- Won off one order.
  discount integer not null check (discount > 0),
  "limit"  integer not null check ("limit" > 0),
  issued   integer not null default 0 check (issued between 0 and "limit")
);
create table if not exists coupon_issue (
  id        integer generated always as identity primary key,
  coupon_id integer not null references coupon (id),
  user_id   integer not null check (user_id > 0),
  issued_at timestamptz not null default clock_timestamp(),
  -- Null: it can be used for an order.
  used_at   timestamptz,
  unique (coupon_id, user_id)
);
`
