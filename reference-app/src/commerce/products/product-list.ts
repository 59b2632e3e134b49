import type { Cache } from '../../platform/cache/cache.ts'
import type { Copy } from '../../platform/cache/warm-up.ts'
import type { ListedProduct } from './product.ts'
import type { ProductStore } from './product-store.ts'

const PRODUCTS_KEY = 'catalogue:products'

/** The list of products that users see: read through the cache, so up to as old as a copy may be (`FRESH_MS`). */
export class ProductList {
  private readonly store: ProductStore
  private readonly cache: Cache

  constructor(store: ProductStore, cache: Cache) {
    this.store = store
    this.cache = cache
  }

  /** By id. */
  async products(): Promise<ListedProduct[]> {
    return (await this.cache.lookup(PRODUCTS_KEY, () => this.store.list())) ?? []
  }

  /** Everything that can be looked up here, for a warm-up. */
  copies(): Copy[] {
    return [{ key: PRODUCTS_KEY, load: () => this.store.list() }]
  }
}
