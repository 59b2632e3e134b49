import type { OperationName } from '../http/operation-names.ts'
import type { Class } from './importance.ts'

/** Which requests mean an operation, and what they are worth. */
export interface Meaning {
  class: Class
  /** As the routers have them: method and path, parameters in braces. */
  routes: readonly string[]
  /** Stays open for minutes, doing nothing: does not count as work under way. */
  stream?: true
}

/**
 * Every operation, so that a request can be refused, and counted under what it meant, before it is routed or read. A new operation is added here,
 * too: `browse` what can be had again in a minute, `payment` what concerns money or goods that are already somebody's, `purchase` the way there.
 */
export const MEANT: Readonly<Record<OperationName, Meaning>> = {
  queue_join: { class: 'purchase', routes: ['POST /api/v1/queue/users/{userId}'] },
  queue_status: { class: 'purchase', routes: ['GET /api/v1/queue/users/{userId}'] },
  queue_leave: { class: 'purchase', routes: ['DELETE /api/v1/queue/users/{userId}'] },
  waiting_room_page: { class: 'purchase', routes: ['GET /waiting-room'] },
  waiting_room_enter: { class: 'purchase', routes: ['POST /waiting-room'] },
  concert_list: { class: 'browse', routes: ['GET /api/v1/concerts'] },
  schedule_list: { class: 'browse', routes: ['GET /api/v1/concerts/{concertId}/schedules'] },
  seat_map: { class: 'browse', routes: ['GET /api/v1/concerts/{concertId}/schedules/{scheduleId}/seats'] },
  seat_reserve: { class: 'purchase', routes: ['POST /api/v1/reservations'] },
  reservation_read: { class: 'payment', routes: ['GET /api/v1/reservations/{reservationId}'] },
  reservation_pay: { class: 'payment', routes: ['POST /api/v1/payment/payments/users/{userId}'] },
  balance_read: { class: 'purchase', routes: ['GET /api/v1/balance/users/{userId}'] },
  balance_recharge: { class: 'purchase', routes: ['POST /api/v1/balance/users/{userId}/recharge'] },
  product_list: { class: 'browse', routes: ['GET /api/v1/products'] },
  product_read: { class: 'browse', routes: ['GET /api/v1/products/{productId}'] },
  best_sellers: { class: 'browse', routes: ['GET /api/v1/products/best-sellers'] },
  order_place: { class: 'purchase', routes: ['POST /api/v1/orders'] },
  order_read: { class: 'payment', routes: ['GET /api/v1/orders/{orderId}'] },
  order_pay: { class: 'payment', routes: ['POST /api/v1/orders/{orderId}/payment'] },
  order_events: { class: 'payment', routes: ['GET /api/v1/orders/{orderId}/events'], stream: true },
  coupon_read: { class: 'browse', routes: ['GET /api/v1/coupons/{couponId}'] },
  coupon_issue: { class: 'purchase', routes: ['POST /api/v1/coupons/{couponId}/issue'] },
  support_inquire: { class: 'purchase', routes: ['POST /api/v1/support/inquiries'] },
  banner: { class: 'browse', routes: ['GET /api/v1/banner'] },
}
