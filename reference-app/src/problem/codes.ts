/**
 * Every way in which this API refuses or fails, in one table. The code is part of the public contract, the `reason` label of
 * `operation_outcomes_total` and the end of the problem's `type`: never rename one, add another.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  queue_token_missing: { status: 401, title: 'A queue token is needed' },
  queue_token_expired: { status: 401, title: 'The queue token has expired' },
  unauthorized: { status: 401, title: 'A valid operator token is needed' },
  queue_token_invalid: { status: 403, title: 'The queue token is not valid' },
  route_not_found: { status: 404, title: 'There is nothing here' },
  concert_not_found: { status: 404, title: 'There is no such concert' },
  schedule_not_found: { status: 404, title: 'There is no such schedule of this concert' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  cache_read_only: { status: 409, title: 'The cache is a read-only replica' },
  cache_unreachable: { status: 409, title: 'The cache does not answer' },
  warm_up_running: { status: 409, title: 'A warm-up is running already' },
  body_too_large: { status: 413, title: 'The body is too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
  not_ready: { status: 503, title: 'This instance takes no traffic now' },
  request_timeout: { status: 503, title: 'The request took too long' },
  warm_up_failed: { status: 503, title: 'The warm-up did not finish' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS
