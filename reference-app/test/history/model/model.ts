import { answersAreForeseen } from './answers.ts'
import { balancesEqualTheirLedger, ledgersAddUp } from './balances.ts'
import { couponsAreIssuedUpToTheirLimit, couponsAreThoseAskedFor } from './coupons.ts'
import type { Check, Evidence, Violation } from './evidence.ts'
import { neverMoreInsideThanFit, nobodyGetsPastTheGate, whoCameFirstIsLetInFirst } from './gate.ts'
import { holdLimitIsKept, promisedHoldsAreWithinTheLimit } from './hold-limit.ts'
import { keysTakeEffectOnce } from './keys.ts'
import { balancesAreLinearisable } from './linearisable.ts'
import { ordersAreThoseAskedFor, stockIsSoldOnce } from './orders.ts'
import { paymentsAreThoseAskedFor, salesArePaidOnce } from './payments.ts'
import { nobodyEndsByItself } from './processes.ts'
import { rechargesTakeEffectOnce } from './recharges.ts'
import { refusalsHaveTheirReason } from './refusals.ts'
import { reservationReadsAreTrue } from './reservation-reads.ts'
import { reservationsAreThoseAskedFor } from './reservations.ts'
import { promisedSeatsDoNotOverlap, seatsAreSoldOnce } from './seats.ts'
import { ordersAreChargedOnce, ordersAreWhatTheirPaymentsAre, salesAreWhatWasPaidFor } from './settlement.ts'

const CHECKS: Check[] = [
  seatsAreSoldOnce,
  promisedSeatsDoNotOverlap,
  salesArePaidOnce,
  balancesEqualTheirLedger,
  ledgersAddUp,
  rechargesTakeEffectOnce,
  keysTakeEffectOnce,
  reservationsAreThoseAskedFor,
  paymentsAreThoseAskedFor,
  couponsAreIssuedUpToTheirLimit,
  couponsAreThoseAskedFor,
  stockIsSoldOnce,
  ordersAreThoseAskedFor,
  ordersAreChargedOnce,
  ordersAreWhatTheirPaymentsAre,
  salesAreWhatWasPaidFor,
  holdLimitIsKept,
  promisedHoldsAreWithinTheLimit,
  nobodyGetsPastTheGate,
  neverMoreInsideThanFit,
  whoCameFirstIsLetInFirst,
  balancesAreLinearisable,
  reservationReadsAreTrue,
  refusalsHaveTheirReason,
  answersAreForeseen,
  nobodyEndsByItself,
]

/** What is wrong, at any time of a run: everything here is true of each moment, not of the end only. */
export function check(evidence: Evidence): Violation[] {
  return CHECKS.flatMap((one) => one(evidence))
}
