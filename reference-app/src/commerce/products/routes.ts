import { type Request, Router } from 'express'
import { parseId } from '../../platform/http/id.ts'
import { type OperationContext, operation } from '../../platform/http/operation.ts'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'
import type { ProductSalesStore } from './product-sales-store.ts'
import type { ProductStore } from './product-store.ts'
import type { ShopWindow } from './shop-window.ts'
import { showProduct } from './show-product.ts'

export interface Products {
  products: ProductStore
  productSales: ProductSalesStore
  shopWindow: ShopWindow
}

/** What a front page shows. */
const BEST_SELLERS = 10

/** What there is to buy, for everybody. */
export function productRoutes({ products, productSales, shopWindow }: Products, context: OperationContext): Router {
  const router = Router()

  router
    .route('/products')
    .get(operation(context, 'product_list', async () => ({ status: 200, body: await shopWindow.products() })))
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/products/best-sellers')
    .get(operation(context, 'best_sellers', async () => ({ status: 200, body: await productSales.best(BEST_SELLERS) })))
    .all(methodNotAllowed('GET, HEAD'))

  router
    .route('/products/:productId')
    .get(
      operation(context, 'product_read', async (request: Request) => ({
        status: 200,
        body: await showProduct(products, parseId('productId', request.params.productId)),
      })),
    )
    .all(methodNotAllowed('GET, HEAD'))

  return router
}
