import type { Call, Operation } from '../history.ts'
import type { Evidence, Violation } from './evidence.ts'

/** All that this workload can be refused with. The rules of the other checks say when. */
const REFUSALS: Record<Call['kind'], string[]> = {
  join: [],
  recharge: ['idempotency_key_in_flight', 'idempotency_key_reused'],
  balance: [],
  reserve: ['idempotency_key_in_flight', 'idempotency_key_reused', 'seat_taken', 'hold_limit', 'queue_not_admitted'],
  reservation: [],
  coupon: ['idempotency_key_in_flight', 'idempotency_key_reused', 'coupon_sold_out', 'coupon_already_issued'],
  order: ['idempotency_key_in_flight', 'idempotency_key_reused', 'out_of_stock', 'coupon_used'],
  'pay-order': ['idempotency_key_in_flight', 'idempotency_key_reused', 'already_paid', 'payment_in_progress'],
  pay: [
    'idempotency_key_in_flight',
    'idempotency_key_reused',
    'already_paid',
    'hold_expired',
    'insufficient_balance',
    'reservation_not_found',
  ],
}

/** Trouble with a dependency has codes of its own; this one is a bug, whatever has failed. */
const BUG = 'internal_error'

export function answersAreForeseen({ history }: Evidence): Violation[] {
  return history.operations.filter(isSurprise).map((operation) => ({
    invariant: 'every answer is one that this request can have',
    what: `${operation.end?.code} is no answer to this`,
    operations: [operation],
  }))
}

function isSurprise({ call, end }: Operation): boolean {
  if (end?.outcome === 'rejected') return !REFUSALS[call.kind].includes(end.code)
  return end?.code === BUG
}
