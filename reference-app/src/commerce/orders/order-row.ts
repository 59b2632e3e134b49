import type { Statement } from '../../platform/database/statement.ts'
import type { Order } from './order.ts'

/** As FIND names them. */
export type OrderRow = Omit<Order, 'createdAt'> & { createdAt: Date }

export const FIND: Statement = {
  name: 'order-find',
  operation: 'SELECT',
  collection: 'shop_order',
  text: `select shop_order.id, shop_order.user_id as "userId", status, total, discount, coupon_id as "couponId", reason,
      created_at as "createdAt", (
        select coalesce(json_agg(json_build_object('productId', product_id, 'quantity', quantity, 'price', price)
          order by product_id), '[]') from order_item where order_id = shop_order.id) as items
    from shop_order left join coupon_issue on coupon_issue.id = coupon_issue_id
    where shop_order.id = $1`,
}

export function toOrder({ id, userId, status, items, createdAt, ...row }: OrderRow): Order {
  return { id, userId, status, items, ...row, createdAt: createdAt.toISOString() }
}
