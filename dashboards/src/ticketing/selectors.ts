/** The services that sell seats. */
export const SERVICE = 'service=~"$service"'

/** The workers that write down which holds have expired. */
export const WORKER = 'service=~"$worker"'

/** What a buyer of a ticket asks for, from the catalogue to the receipt. */
export const OPERATIONS =
  'concert_list|schedule_list|seat_map|seat_reserve|reservation_read|reservation_pay|balance_read|balance_recharge'

/** Successful operations of one kind per second. */
export const succeeded = (operation: string): string =>
  `sum(rate(operation_outcomes_total{${SERVICE}, operation="${operation}", outcome="success"}[$__rate_interval]))`
