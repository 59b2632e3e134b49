import { type Invariant, ONE_BY_ONE } from './invariant.ts'

const SLICE = 10_000
/** A coupon has all of its issues behind it. */
const COUPON_SLICE = 10

/** What must be true of coupons. */
export const COUPONS: readonly Invariant[] = [
  {
    name: 'coupon_within_limit',
    broken: 'a coupon was issued more often than it may be',
    table: 'coupon',
    key: 'id',
    slice: COUPON_SLICE,
    find: (among) => `select id from coupon where ${among('id')} and
      ("limit" < issued or "limit" < (select count(*) from coupon_issue where coupon_id = coupon.id))`,
  },
  {
    name: 'coupon_count',
    broken: 'the count of a coupon is not that of its issues',
    table: 'coupon',
    key: 'id',
    slice: COUPON_SLICE,
    find: (among) => `select id from coupon where ${among('id')}
      and issued <> (select count(*) from coupon_issue where coupon_id = coupon.id)`,
  },
  {
    name: 'coupon_once_per_user',
    broken: 'a user has the same coupon twice',
    table: 'coupon_issue',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from coupon_issue where ${among('id')} and exists (
      select from coupon_issue as earlier where earlier.coupon_id = coupon_issue.coupon_id
        and earlier.user_id = coupon_issue.user_id and earlier.id < coupon_issue.id ${ONE_BY_ONE})`,
  },
  {
    name: 'coupon_used_once',
    broken: 'a coupon is used by two orders, or by none, or unused by one',
    table: 'coupon_issue',
    key: 'id',
    slice: SLICE,
    find: (among) => `select coupon_issue.id from coupon_issue
      left join shop_order on coupon_issue_id = coupon_issue.id and ${among('coupon_issue_id')} and status <> 'cancelled'
      where ${among('coupon_issue.id')}
      group by coupon_issue.id having count(shop_order.id) <> (used_at is not null)::integer`,
  },
  {
    name: 'coupon_of_its_user',
    broken: "an order uses another user's coupon",
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from shop_order where ${among('id')} and coupon_issue_id is not null and exists (
      select from coupon_issue where coupon_issue.id = coupon_issue_id and coupon_issue.user_id <> shop_order.user_id ${ONE_BY_ONE})`,
  },
]
