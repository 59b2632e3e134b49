import { Problem } from '../../platform/problem/problem.ts'
import type { Product } from './product.ts'
import type { ProductStore } from './product-store.ts'

/** As it is now. Throws `product_not_found`. */
export async function showProduct(products: ProductStore, id: number): Promise<Product> {
  const product = await products.find(id)
  if (product === undefined) throw new Problem('product_not_found', `There is no product ${id}.`)
  return product
}
