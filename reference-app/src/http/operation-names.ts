/** Every operation that users can ask for: the `operation` label of `operation_outcomes_total`. */
export const OPERATIONS = ['queue_join', 'concert_list', 'schedule_list', 'seat_map', 'banner'] as const

export type OperationName = (typeof OPERATIONS)[number]
