import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { OrderItem } from '../orders/order.ts'
import type { ProductSales } from './product.ts'

/** In the order of the products' ids, so that consumers never wait in a circle. */
const ADD: Statement = {
  name: 'product-sales-add',
  operation: 'INSERT',
  collection: 'product_sales',
  text: `insert into product_sales (product_id, quantity, revenue)
    select product_id, quantity, quantity::bigint * price
    from unnest($1::integer[], $2::integer[], $3::integer[]) as item (product_id, quantity, price) order by product_id
    on conflict (product_id) do update
    set quantity = product_sales.quantity + excluded.quantity, revenue = product_sales.revenue + excluded.revenue`,
}

/** Sums stay far below the largest safe integer. */
const BEST: Statement = {
  name: 'product-sales-best',
  operation: 'SELECT',
  collection: 'product_sales',
  text: `select product_id as "productId", name, quantity::float8 as quantity, revenue::float8 as revenue
    from product_sales join product on product.id = product_id order by quantity desc, product_id limit $1`,
}

/** What was paid for, by product. Throws DatabaseUnavailableError. */
export class ProductSalesStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  /** Each product once. */
  async add(transaction: Transaction, items: readonly OrderItem[]): Promise<void> {
    const column = (name: keyof OrderItem) => items.map((item) => item[name])
    await transaction.query(ADD, [column('productId'), column('quantity'), column('price')])
  }

  /** Most pieces first. */
  async best(limit: number): Promise<ProductSales[]> {
    return await this.database.read<{ productId: number; name: string; quantity: number; revenue: number }>(BEST, [
      limit,
    ])
  }
}
