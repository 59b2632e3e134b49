import { parseId } from '../../platform/http/id.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { Product } from './product.ts'
import type { ProductList } from './product-list.ts'
import type { ProductSalesStore } from './product-sales-store.ts'
import type { ProductStore } from './product-store.ts'

export interface Products {
  products: ProductStore
  productSales: ProductSalesStore
  productList: ProductList
}

/** What a front page shows. */
const BEST_SELLERS = 10

/** The product list, public. */
export const PRODUCT_OPERATIONS = {
  product_list: {
    method: 'GET',
    path: '/api/v1/products',
    class: 'browse',
    answer: async (_request, { productList }) => ({ status: 200, body: await productList.products() }),
  },
  best_sellers: {
    method: 'GET',
    path: '/api/v1/products/best-sellers', // before the path that it would fit, too
    class: 'browse',
    answer: async (_request, { productSales }) => ({ status: 200, body: await productSales.best(BEST_SELLERS) }),
  },
  product_read: {
    method: 'GET',
    path: '/api/v1/products/:productId',
    class: 'browse',
    answer: async ({ params }, { products }) => ({
      status: 200,
      body: await showProduct(products, parseId('productId', params.productId)),
    }),
  },
} satisfies Operations<Products>

/** As it is now. Throws `product_not_found`. */
async function showProduct(products: ProductStore, id: number): Promise<Product> {
  const product = await products.find(id)
  if (product === undefined) throw new Problem('product_not_found', `There is no product ${id}.`)
  return product
}
