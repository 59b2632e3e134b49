/** What must be true of the shop's rows at every moment. Each query finds the rows that break it. */
export const SHOP = {
  'a product with less than nothing, or more than it had': `select id from product where stock < 0 or stock > initial_stock`,
  'a product of which sold and left are not what it had': `select product.id from product
    left join (select product_id, sum(quantity) as sold from order_item join shop_order on shop_order.id = order_id
      where status <> 'cancelled' group by product_id) as orders on orders.product_id = product.id
    where initial_stock <> stock + coalesce(sold, 0)`,
  'an order without items, or whose total is not theirs': `select shop_order.id from shop_order
    left join order_item on order_id = shop_order.id group by shop_order.id
    having total + discount <> coalesce(sum(quantity * order_item.price), 0)`,
  'a coupon issued more often than it may be': 'select id from coupon where issued > "limit"',
  'a coupon whose count is not that of its issues': `select id from coupon
    where issued <> (select count(*) from coupon_issue where coupon_id = coupon.id)`,
  'a user with the same coupon twice':
    'select user_id from coupon_issue group by user_id, coupon_id having count(*) > 1',
  'a coupon used by two orders, or by none, or unused by one': `select coupon_issue.id from coupon_issue
    left join shop_order on coupon_issue_id = coupon_issue.id and status <> 'cancelled'
    group by coupon_issue.id having count(shop_order.id) <> (used_at is not null)::integer`,
  "an order with another user's coupon": `select shop_order.id from shop_order
    join coupon_issue on coupon_issue.id = coupon_issue_id where coupon_issue.user_id <> shop_order.user_id`,
  'a paid order without exactly one payment that succeeded, or with one although it cost nothing': `select shop_order.id
    from shop_order left join order_payment on order_id = shop_order.id and state = 'succeeded'
    where status = 'paid' group by shop_order.id having count(order_payment.id) <> (total > 0)::integer`,
  'money taken for an order that is not, and will not be, paid': `select order_id from order_payment
    join shop_order on shop_order.id = order_id where state = 'succeeded' and status not in ('paid', 'placed')`,
  'a payment for another amount or user than ordered': `select order_payment.id from order_payment
    join shop_order on shop_order.id = order_id
    where (shop_order.total, shop_order.user_id) <> (order_payment.amount, order_payment.user_id)`,
  'a placed order that nobody asks to be paid': `select id from shop_order where status = 'placed'
    and not exists (select from order_payment where order_id = shop_order.id)`,
  'an order whose last change is not its status': `select shop_order.id from shop_order
    left join order_change on order_id = shop_order.id and order_change.version = shop_order.version
    where order_change.status is distinct from shop_order.status`,
  'a product that sold more than was paid for': `select product_sales.product_id from product_sales
    left join (select product_id, sum(quantity) as paid from order_item join shop_order on shop_order.id = order_id
      where status = 'paid' group by product_id) as orders using (product_id)
    where product_sales.quantity > coalesce(paid, 0)`,
} as const
