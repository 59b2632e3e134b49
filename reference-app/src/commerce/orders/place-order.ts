import type { Transaction } from '../../platform/database/transaction.ts'
import type { Answer } from '../../platform/http/answer.ts'
import type { Mutated, Mutations } from '../../platform/idempotency/mutations.ts'
import type { OutboxStore } from '../../platform/outbox/outbox-store.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { CouponStore } from '../coupons/coupon-store.ts'
import { useCoupon } from '../coupons/use-coupon.ts'
import type { PaymentRequests } from '../payments/payment-requests.ts'
import type { Product } from '../products/product.ts'
import type { ProductStore } from '../products/product-store.ts'
import type { OrderEvents } from './events.ts'
import type { Order, OrderItem } from './order.ts'
import type { OrderStore } from './order-store.ts'
import { appendOrderEvent } from './order-told.ts'

/** What placing an order needs. */
export interface OrderPlacement {
  mutations: Mutations
  orders: OrderStore
  products: ProductStore
  coupons: CouponStore
  paymentRequests: PaymentRequests
  outbox: OutboxStore
  orderEvents: OrderEvents
}

export interface OrderRequest {
  userId: number
  /** A product may come twice. `price` is what the client saw. */
  orderItems: OrderItem[]
  couponId?: number | undefined
}

/**
 * Takes the stock and asks for the payment, which comes to its end later; an order that its coupon covers is paid at
 * once. Throws `product_not_found`, `price_changed`, `out_of_stock`, `coupon_not_found`, `coupon_not_issued` or
 * `coupon_used`.
 */
export async function placeOrder(
  placement: OrderPlacement,
  request: OrderRequest,
  key: string | undefined,
): Promise<Mutated> {
  const mutation = { userId: request.userId, route: 'POST /orders', key, request }
  const mutated = await placement.mutations.run(mutation, (transaction) => place(placement, transaction, request))
  if (!mutated.replayed) placement.orderEvents.placed(mutated.answer.body as Order)
  return mutated
}

async function place(
  placement: OrderPlacement,
  transaction: Transaction,
  { userId, orderItems, couponId }: OrderRequest,
): Promise<Answer> {
  const items = byProduct(orderItems)
  // Without a lock: most refusals end here, and cost those who buy nothing.
  const products = await placement.products.look(transaction, [...items.keys()])
  requireAsSeen(orderItems, products)
  requireStock(
    [...items.values()].filter(({ productId, quantity }) => (products.get(productId)?.stock ?? 0) < quantity),
  )

  const sum = orderItems.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  const coupon = couponId === undefined ? undefined : await useCoupon(placement.coupons, transaction, couponId, userId)
  const discount = Math.min(coupon?.discount ?? 0, sum)
  const total = sum - discount
  const status = total === 0 ? 'paid' : 'placed'

  const added = await placement.orders.add(transaction, {
    userId,
    status,
    total,
    discount,
    couponIssueId: coupon?.issueId ?? null,
  })
  const { id, createdAt } = added
  const order: Order = {
    id,
    userId,
    status,
    items: [...items.values()],
    total,
    discount,
    couponId: couponId ?? null,
    reason: null,
    createdAt: createdAt.toISOString(),
  }
  if (total > 0) await placement.paymentRequests.requestPayment(transaction, { orderId: id, userId, amount: total })
  await appendOrderEvent(placement.outbox, transaction, 'order.placed', order)
  if (total === 0) await appendOrderEvent(placement.outbox, transaction, 'order.paid', order)

  // The stock is locked last, because all orders of the same product wait for it.
  const taken = await placement.products.take(transaction, id, order.items)
  await requireTaken(
    placement,
    transaction,
    order.items.filter(({ productId }) => !taken.has(productId)),
  )
  return { status: 201, body: order, headers: { location: `/api/v1/orders/${id}` } }
}

/** In the order of their ids, each once. */
function byProduct(orderItems: OrderItem[]): Map<number, OrderItem> {
  const items = new Map<number, OrderItem>()
  for (const item of orderItems.toSorted((a, b) => a.productId - b.productId)) {
    const quantity = (items.get(item.productId)?.quantity ?? 0) + item.quantity
    items.set(item.productId, { ...item, quantity })
  }
  return items
}

/** Refuses what another order took between the unlocked read and the lock. */
async function requireTaken(placement: OrderPlacement, transaction: Transaction, missing: OrderItem[]): Promise<void> {
  if (missing.length === 0) return
  const ids = missing.map(({ productId }) => productId)
  requireAsSeen(missing, await placement.products.look(transaction, ids))
  requireStock(missing)
}

function requireAsSeen(items: OrderItem[], products: Map<number, Product>): void {
  const unknown = unique(items.filter(({ productId }) => !products.has(productId)))
  if (unknown.length > 0) throw new Problem('product_not_found', `There is no product ${unknown.join(', ')}.`)
  const changed = unique(items.filter(({ productId, price }) => products.get(productId)?.price !== price))
  if (changed.length > 0) {
    const prices = changed.map((id) => `product ${id} costs ${products.get(id)?.price}`)
    throw new Problem('price_changed', `Not at this price: ${prices.join(', ')}.`)
  }
}

function requireStock(missing: OrderItem[]): void {
  if (missing.length === 0) return
  throw new Problem('out_of_stock', `Not so many left: product ${unique(missing).join(', ')}. Nothing was ordered.`)
}

const unique = (items: OrderItem[]) => [...new Set(items.map(({ productId }) => productId))]
