import type { Invariant } from './invariant.ts'

/** What must be true of coupons. */
export const COUPONS: readonly Invariant[] = [
  {
    name: 'coupon_within_limit',
    broken: 'a coupon was issued more often than it may be',
    table: 'coupon',
    find: `select id from coupon
      where "limit" < issued or "limit" < (select count(*) from coupon_issue where coupon_id = coupon.id)`,
  },
  {
    name: 'coupon_count',
    broken: 'the count of a coupon is not that of its issues',
    table: 'coupon',
    find: 'select id from coupon where issued <> (select count(*) from coupon_issue where coupon_id = coupon.id)',
  },
  {
    name: 'coupon_once_per_user',
    broken: 'a user has the same coupon twice',
    table: 'coupon_issue',
    find: 'select max(id) from coupon_issue group by coupon_id, user_id having count(*) > 1',
  },
  {
    name: 'coupon_used_once',
    broken: 'a coupon is used by two orders, or by none, or unused by one',
    table: 'coupon_issue',
    find: `select coupon_issue.id from coupon_issue
      left join shop_order on coupon_issue_id = coupon_issue.id and status <> 'cancelled'
      group by coupon_issue.id having count(shop_order.id) <> (used_at is not null)::integer`,
  },
  {
    name: 'coupon_of_its_user',
    broken: "an order uses another user's coupon",
    table: 'shop_order',
    find: `select shop_order.id from shop_order join coupon_issue on coupon_issue.id = coupon_issue_id
      where coupon_issue.user_id <> shop_order.user_id`,
  },
]
