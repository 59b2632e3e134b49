/** The tables of the shop. Money is in whole won. */
export const SHOP = `
create table if not exists product (
  id            integer primary key,
  name          text not null,
  price         integer not null check (price between 1 and 500000),
  initial_stock integer not null check (initial_stock >= 0),
  stock         integer not null check (stock between 0 and initial_stock)
);

-- What a user has ordered. Every move of status is one of the state machine (commerce/order-status.ts) and counts version up.
create table if not exists shop_order (
  id              integer generated always as identity primary key,
  user_id         integer not null check (user_id > 0),
  status          text not null check (status in ('placed', 'paid', 'payment_failed', 'cancelled')),
  -- To be paid: the items without the discount.
  total           integer not null check (total >= 0),
  discount        integer not null check (discount >= 0),
  coupon_issue_id integer references coupon_issue (id),
  -- Why the payment came to nothing.
  reason          text check ((reason is null) or status in ('payment_failed', 'cancelled')),
  version         integer not null default 1,
  created_at      timestamptz not null default clock_timestamp(),
  changed_at      timestamptz not null default clock_timestamp(),
  check ((coupon_issue_id is null) = (discount = 0)),
  check (total > 0 or status = 'paid')
);
create unique index if not exists shop_order_coupon on shop_order (coupon_issue_id) where coupon_issue_id is not null and status <> 'cancelled';
create index if not exists shop_order_unpaid on shop_order (changed_at) where changed_at is not null and status = 'payment_failed';
create index if not exists shop_order_unsettled on shop_order (changed_at) where changed_at is not null and status = 'placed';

create table if not exists order_item (
  order_id   integer not null references shop_order (id),
  product_id integer not null references product (id),
  quantity   integer not null check (quantity > 0),
  price      integer not null check (price > 0),
  primary key (order_id, product_id)
);
create index if not exists order_item_of_product on order_item (product_id);

-- Every status that an order has had: only ever added to.
create table if not exists order_change (
  order_id integer not null references shop_order (id),
  version  integer not null,
  status   text not null,
  reason   text,
  at       timestamptz not null default clock_timestamp(),
  primary key (order_id, version)
);

-- What was paid for, as far as the events have come.
create table if not exists product_sales (
  product_id integer primary key references product (id),
  quantity   bigint not null check (quantity > 0),
  revenue    bigint not null check (revenue > 0)
);
create index if not exists product_sales_best on product_sales (quantity desc);
`
