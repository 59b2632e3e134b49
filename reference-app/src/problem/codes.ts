/**
 * Every way in which this API refuses or fails, in one table. The code is part of the public contract, the `reason` label of
 * `operation_outcomes_total` and the end of the problem's `type`: never rename one, add another.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  idempotency_key_invalid: { status: 400, title: 'The idempotency key is malformed' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  queue_token_missing: { status: 401, title: 'A queue token is needed' },
  queue_token_expired: { status: 401, title: 'The queue token has expired' },
  unauthorized: { status: 401, title: 'A valid operator token is needed' },
  queue_token_invalid: { status: 403, title: 'The queue token is not valid' },
  queue_token_of_another: { status: 403, title: 'The queue token belongs to another user' },
  route_not_found: { status: 404, title: 'There is nothing here' },
  concert_not_found: { status: 404, title: 'There is no such concert' },
  schedule_not_found: { status: 404, title: 'There is no such schedule of this concert' },
  seat_not_found: { status: 404, title: 'There is no such seat in this schedule' },
  reservation_not_found: { status: 404, title: 'This user has no such reservation' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  cache_read_only: { status: 409, title: 'The cache is a read-only replica' },
  cache_unreachable: { status: 409, title: 'The cache does not answer' },
  warm_up_running: { status: 409, title: 'A warm-up is running already' },
  schedule_begun: { status: 409, title: 'The performance has begun' },
  seat_taken: { status: 409, title: 'A seat is not available' },
  hold_limit: { status: 409, title: 'The user holds too many seats' },
  hold_expired: { status: 409, title: 'A reservation has expired' },
  already_paid: { status: 409, title: 'A reservation is paid already' },
  payment_under_way: { status: 409, title: 'The order is being paid, or is paid' },
  insufficient_balance: { status: 409, title: 'The balance is too low' },
  balance_limit: { status: 409, title: 'The balance would be too high' },
  idempotency_key_in_flight: { status: 409, title: 'A request with this idempotency key is being worked on' },
  body_too_large: { status: 413, title: 'The body is too large' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
  not_ready: { status: 503, title: 'This instance takes no traffic now' },
  request_timeout: { status: 503, title: 'The request took too long' },
  warm_up_failed: { status: 503, title: 'The warm-up did not finish' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS
