import type { Database } from '../../platform/database/database.ts'
import type { Statement } from '../../platform/database/statement.ts'
import type { Transaction } from '../../platform/database/transaction.ts'
import type { OrderItem } from '../orders/order.ts'
import type { ListedProduct, Product } from './product.ts'

const LIST: Statement = {
  name: 'products',
  operation: 'SELECT',
  collection: 'product',
  text: 'select id, name, price, stock > 0 as available from product order by id',
}

const FIND: Statement = {
  name: 'product-find',
  operation: 'SELECT',
  collection: 'product',
  text: 'select id, name, price, stock from product where id = any ($1)',
}

/**
 * The rows are locked in the order of their ids, so that orders never wait in a circle; the guards then read what the
 * last owner has left. Items are written here, too: the lock that a foreign key takes never comes before ours.
 */
const TAKE: Statement = {
  name: 'product-take',
  operation: 'UPDATE',
  collection: 'product',
  text: `with wanted as (
      select * from unnest($2::integer[], $3::integer[], $4::integer[]) as wanted (product_id, quantity, price)),
    locked as (
      select product.id, wanted.quantity, wanted.price from product join wanted on wanted.product_id = product.id
      order by product.id for no key update of product),
    taken as (
      update product set stock = product.stock - locked.quantity from locked
      where product.id = locked.id and product.stock >= locked.quantity and product.price = locked.price
      returning product.id, locked.quantity, product.price),
    items as (
      insert into order_item (order_id, product_id, quantity, price)
      select $1, id, quantity, price from taken order by id)
    select id from taken`,
}

const RETURN: Statement = {
  name: 'product-return',
  operation: 'UPDATE',
  collection: 'product',
  text: `with returned as (
      select product_id, sum(quantity)::integer as quantity from order_item where order_id = any ($1) group by product_id),
    locked as (
      select product.id, returned.quantity from product join returned on returned.product_id = product.id
      order by product.id for no key update of product)
    update product set stock = product.stock + locked.quantity from locked where product.id = locked.id`,
}

/** Products and their stock. Throws DatabaseUnavailableError. */
export class ProductStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  async list(): Promise<ListedProduct[]> {
    return await this.database.read<{ id: number; name: string; price: number; available: boolean }>(LIST)
  }

  async find(id: number): Promise<Product | undefined> {
    return (await this.database.query<{ id: number; name: string; price: number; stock: number }>(FIND, [[id]]))[0]
  }

  /** As they are now, which they need not be for long: nothing is locked. By id; without those that there are not. */
  async look(transaction: Transaction, ids: number[]): Promise<Map<number, Product>> {
    const rows = await transaction.query<{ id: number; name: string; price: number; stock: number }>(FIND, [ids])
    return new Map(rows.map((product) => [product.id, product]))
  }

  /**
   * Takes what an order needs and writes its items, each product once. The ids of the products that had so much at this
   * price: when one is missing, the transaction must not be committed.
   */
  async take(transaction: Transaction, orderId: number, items: readonly OrderItem[]): Promise<Set<number>> {
    const column = (name: keyof OrderItem) => items.map((item) => item[name])
    const values = [orderId, column('productId'), column('quantity'), column('price')]
    return new Set((await transaction.query<{ id: number }>(TAKE, values)).map(({ id }) => id))
  }

  /** Gives back what these orders have taken. */
  async giveBack(transaction: Transaction, orderIds: number[]): Promise<void> {
    await transaction.query(RETURN, [orderIds])
  }
}
