import type { Invariant } from './invariant.ts'

/** Pieces by product, of the orders with such a status. */
const pieces = (which: string) => `select product_id, sum(quantity) as quantity
  from order_item join shop_order on shop_order.id = order_id where ${which} group by product_id`

/** What must be true of products, their stock and orders. */
export const SHOP: readonly Invariant[] = [
  {
    name: 'stock_never_negative',
    broken: 'a product has less than nothing, or more than it had',
    table: 'product',
    find: 'select id from product where stock < 0 or stock > initial_stock',
  },
  {
    name: 'stock_adds_up',
    broken: 'what is sold and left of a product is not what it had',
    table: 'product',
    find: `select id from product left join (${pieces("status <> 'cancelled'")}) as sold on product_id = id
      where initial_stock <> stock + coalesce(quantity, 0)`,
  },
  {
    name: 'sales_within_paid',
    broken: 'more of a product counts as sold than was paid for',
    table: 'product_sales',
    find: `select product_id from product_sales left join (${pieces("status = 'paid'")}) as paid using (product_id)
      where product_sales.quantity > coalesce(paid.quantity, 0)`,
  },
  {
    name: 'order_total',
    broken: 'an order has no items, or its total is not theirs',
    table: 'shop_order',
    find: `select shop_order.id from shop_order left join order_item on order_id = shop_order.id
      group by shop_order.id having total + discount <> coalesce(sum(quantity * order_item.price), 0)`,
  },
  {
    name: 'order_history',
    broken: 'the last change of an order is not its status',
    table: 'shop_order',
    find: `select shop_order.id from shop_order
      left join order_change on order_id = shop_order.id and order_change.version = shop_order.version
      where order_change.status is distinct from shop_order.status`,
  },
]
