/** Something that the shop sells. `price` in won. */
export interface Product {
  id: number
  name: string
  price: number
  /** Units in stock. */
  stock: number
}

/** In a list: whether anything is left, as it was up to 72 s ago. */
export interface ListedProduct {
  id: number
  name: string
  price: number
  available: boolean
}

/** What was sold of a product, paid for. `revenue` in won, before discounts. */
export interface ProductSales {
  productId: number
  name: string
  quantity: number
  revenue: number
}
