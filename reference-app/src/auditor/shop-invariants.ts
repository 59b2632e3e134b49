import type { Invariant } from './invariant.ts'

const SLICE = 10_000
/** A product has all of its orders behind it. */
const PRODUCTS = 5

/** What must be true of products, their stock and orders. */
export const SHOP: readonly Invariant[] = [
  {
    name: 'stock_never_negative',
    broken: 'a product has less than nothing, or more than it had',
    table: 'product',
    key: 'id',
    slice: SLICE,
    find: (among) => `select id from product where (stock < 0 or stock > initial_stock) and ${among('id')}`,
  },
  {
    name: 'stock_adds_up',
    broken: 'what is sold and left of a product is not what it had',
    table: 'product',
    key: 'id',
    slice: PRODUCTS,
    find: (among) => `select product.id from product
      left join (select product_id, sum(quantity) as sold from order_item join shop_order on shop_order.id = order_id
        where status <> 'cancelled' and ${among('product_id')} group by product_id) as orders on orders.product_id = product.id
      where ${among('product.id')} and initial_stock <> stock + coalesce(sold, 0)`,
  },
  {
    name: 'sales_within_paid',
    broken: 'more of a product counts as sold than was paid for',
    table: 'product_sales',
    key: 'product_id',
    slice: PRODUCTS,
    find: (among) => `select product_sales.product_id from product_sales
      left join (select product_id, sum(quantity) as paid from order_item join shop_order on shop_order.id = order_id
        where status = 'paid' and ${among('product_id')} group by product_id) as orders using (product_id)
      where ${among('product_sales.product_id')} and product_sales.quantity > coalesce(paid, 0)`,
  },
  {
    name: 'order_total',
    broken: 'an order has no items, or its total is not theirs',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select shop_order.id from shop_order left join order_item on order_id = shop_order.id
      where ${among('shop_order.id')} group by shop_order.id
      having total + discount <> coalesce(sum(quantity * order_item.price), 0)`,
  },
  {
    name: 'order_history',
    broken: 'the last change of an order is not its status',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (among) => `select shop_order.id from shop_order
      left join order_change on order_id = shop_order.id and order_change.version = shop_order.version
      where ${among('shop_order.id')} and order_change.status is distinct from shop_order.status`,
  },
]
