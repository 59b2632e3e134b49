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

-- Gives the coupon to as many of these users, each once, as there are left, in their order, but not to those who have it. A function, so that the
-- row that everybody wants is locked for the server's work only, and not while a busy client gets round to its next statement. Each statement in it
-- sees what was committed before it began: the second one all that earlier owners of the lock have done. The guarded count comes first, and the
-- claims come from what it returns: there is none that was not counted.
create or replace function issue_coupon(the_coupon integer, the_users integer[])
returns table (id integer, user_id integer, issued_at timestamptz) language plpgsql as $$
#variable_conflict use_column
begin
  perform from coupon where id = the_coupon for no key update;
  return query
    with granted as (
      select wanted.user_id, place from unnest(the_users) with ordinality as wanted (user_id, place)
      where not exists (select from coupon_issue as had where had.coupon_id = the_coupon and had.user_id = wanted.user_id)
      order by place limit (select "limit" - issued from coupon where id = the_coupon)),
    counted as (
      update coupon set issued = issued + (select count(*) from granted)
      where id = the_coupon and issued + (select count(*) from granted) <= "limit"
      returning coupon.id)
    insert into coupon_issue (coupon_id, user_id)
    select counted.id, granted.user_id from counted cross join granted order by place
    returning coupon_issue.id, coupon_issue.user_id, coupon_issue.issued_at;
end $$;
`
