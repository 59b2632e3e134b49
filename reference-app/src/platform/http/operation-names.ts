/** Every operation that users can ask for: the `operation` label of `operation_outcomes_total`. */
export const OPERATIONS = [
  'queue_join',
  'queue_status',
  'queue_leave',
  'waiting_room_page',
  'waiting_room_enter',
  'concert_list',
  'schedule_list',
  'seat_map',
  'seat_reserve',
  'reservation_read',
  'reservation_pay',
  'balance_read',
  'balance_recharge',
  'product_list',
  'product_read',
  'best_sellers',
  'order_place',
  'order_read',
  'order_pay',
  'order_events',
  'coupon_read',
  'coupon_issue',
  'support_inquire',
  'banner',
] as const

export type OperationName = (typeof OPERATIONS)[number]
