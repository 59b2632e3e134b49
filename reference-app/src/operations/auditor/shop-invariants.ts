import { type Among, EVERY_ORDER, type Invariant, ONE_BY_ONE, type Orders } from './invariant.ts'

const SLICE = 10_000

/** Of the orders that are looked at, by product. */
const pieces = (which: string, among: Among, orders: Orders) => `select product_id, sum(quantity) as quantity
  from (${orders.looked}) as looked cross join lateral (
    select product_id, quantity from order_item where order_id = looked.id ${ONE_BY_ONE}) as item
  where ${which} and ${among('product_id')} group by product_id`

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
    slice: SLICE,
    hasOrdersBehind: true,
    find: (among, orders = EVERY_ORDER) => `select product.id from product
      left join (${pieces("status <> 'cancelled'", among, orders)}) as sold on sold.product_id = product.id
      left join ${orders.counted} on counted.product_id = product.id
      where ${among('product.id')} and initial_stock <> stock + coalesce(sold.quantity, 0) + coalesce(counted.quantity, 0)`,
  },
  {
    name: 'sales_within_paid',
    broken: 'more of a product counts as sold than was paid for',
    table: 'product_sales',
    key: 'product_id',
    slice: SLICE,
    hasOrdersBehind: true,
    find: (among, orders = EVERY_ORDER) => `select product_sales.product_id from product_sales
      left join (${pieces("status = 'paid'", among, orders)}) as paid using (product_id)
      left join ${orders.counted} using (product_id)
      where ${among('product_sales.product_id')}
        and product_sales.quantity > coalesce(paid.quantity, 0) + coalesce(counted.quantity, 0)`,
  },
  {
    name: 'order_total',
    broken: 'an order has no items, or its total is not theirs',
    table: 'shop_order',
    key: 'id',
    slice: SLICE,
    find: (
      among,
    ) => `select shop_order.id from shop_order left join order_item on order_id = shop_order.id and ${among('order_id')}
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
      left join order_change
      on order_id = shop_order.id and ${among('order_id')} and order_change.version = shop_order.version
      where ${among('shop_order.id')} and order_change.status is distinct from shop_order.status`,
  },
]
