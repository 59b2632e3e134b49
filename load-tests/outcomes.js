import { check } from 'k6'
import http from 'k6/http'
import { Counter, Rate } from 'k6/metrics'

/**
 * The three outcomes of this project (a refusal is not a failure): `failed` is our fault or too little capacity,
 * `rejected` is the business saying no. k6 counts every 4xx as failed unless told otherwise, which once made a healthy
 * service look 49 % broken (report 003).
 */
const FAILED_STATUSES = new Set([0, 429])
export const operationFailed = new Rate('operation_failed')
export const rejected = new Counter('operation_rejected')

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 428 }, { min: 430, max: 499 }))

/** Counts the answer under exactly one outcome and returns whether it was a success. */
export function outcome(response, name) {
  const failed = FAILED_STATUSES.has(response.status) || response.status >= 500
  operationFailed.add(failed, { name })
  if (!failed && response.status >= 400) rejected.add(1, { name })
  return check(response, { [`${name} answered as designed`]: () => !failed }) && response.status < 300
}
