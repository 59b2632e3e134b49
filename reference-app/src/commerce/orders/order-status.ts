/**
 * `placed`: its stock is taken, its payment is under way. `payment_failed`: it can be paid again for a while. `paid`
 * and `cancelled` are final; a cancelled order has given back its stock and its coupon.
 */
export const ORDER_STATUSES = ['placed', 'paid', 'payment_failed', 'cancelled'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** What can happen to an order: from where it may, and what the order is then. Anything else leaves it as it is. */
export const TRANSITIONS = {
  paymentSucceeded: { from: ['placed'], to: 'paid' },
  paymentFailed: { from: ['placed'], to: 'payment_failed' },
  paymentRetried: { from: ['payment_failed'], to: 'placed' },
  leftUnpaid: { from: ['payment_failed'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly OrderStatus[]; to: OrderStatus }>

export type OrderTransition = keyof typeof TRANSITIONS

/** Nothing can happen to it any more. */
export function isFinal(status: OrderStatus): boolean {
  return !Object.values(TRANSITIONS).some(({ from }) => (from as readonly OrderStatus[]).includes(status))
}
