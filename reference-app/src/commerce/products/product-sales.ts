import type { Consumer } from '../../platform/outbox/consumer.ts'
import type { OrderTold } from '../orders/order-told.ts'
import type { ProductSalesStore } from './product-sales-store.ts'

/** Adds what was paid for to the statistics of its products. */
export function productSales(sales: ProductSalesStore): Consumer {
  return {
    name: 'product-sales',
    topics: ['order.paid'],
    consume: async (transaction, event) => {
      const { items } = event.payload as unknown as OrderTold
      await sales.add(transaction, items)
    },
  }
}
