import type { OrderStatus } from './order-status.ts'

/** So many pieces of one product. `price` of one, in won. */
export interface OrderItem {
  productId: number
  quantity: number
  price: number
}

export interface Order {
  id: number
  userId: number
  status: OrderStatus
  /** By product. */
  items: OrderItem[]
  /** Won, after the discount. */
  total: number
  /** Won. */
  discount: number
  couponId: number | null
  /** Why its payment came to nothing; null while it has not. */
  reason: string | null
  /** RFC 3339, UTC. */
  createdAt: string
}

/** One status that an order has had. `version` counts them from 1. */
export interface OrderChange {
  orderId: number
  version: number
  status: OrderStatus
  reason: string | null
  /** RFC 3339, UTC. */
  at: string
}

/** The last of an order's changes, and whose order it is. */
export interface LastChange extends OrderChange {
  userId: number
}
