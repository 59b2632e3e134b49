import {
  type CacheMetrics,
  type ConnectionMetrics,
  cacheMetrics,
  connectionMetrics,
  type HttpMetrics,
  httpMetrics,
  type OutcomeMetrics,
  outcomeMetrics,
  type SheddingMetrics,
  sheddingMetrics,
} from '@drillbook/instrumentation'
import { type SupportMetrics, supportMetrics } from '../../accounts/support/metrics.ts'
import { TOPICS, type Topic } from '../../accounts/support/topics.ts'
import { type CouponMetrics, couponMetrics } from '../../commerce/coupons/metrics.ts'
import { type PaymentMetrics, paymentMetrics } from '../../commerce/payments/metrics.ts'
import { CLASSES } from '../../platform/overload/importance.ts'
import type { ProblemCode } from '../../platform/problem/codes.ts'
import { type ProcessTelemetry, processTelemetry } from '../process-telemetry.ts'
import type { Config } from './config.ts'
import { LOG_EVENTS } from './log-events.ts'
import { OPERATIONS } from './operations.ts'

const SERVICE = 'reference-app'

/**
 * Why a payment ends as it does, as far as that is known before the first: the codes that `payReservations` names, and
 * those of any failure.
 */
const PAYMENT_REASONS = {
  rejected: ['reservation_not_found', 'already_paid', 'hold_expired', 'insufficient_balance'],
  failed: ['database_unavailable', 'internal_error'],
} as const satisfies Record<string, readonly ProblemCode[]>

/** The metrics and the log of one instance. */
export interface Telemetry extends ProcessTelemetry {
  http: HttpMetrics
  connections: ConnectionMetrics
  outcomes: OutcomeMetrics
  cache: CacheMetrics
  payments: PaymentMetrics
  coupons: CouponMetrics
  support: SupportMetrics<Topic>
  shedding: SheddingMetrics
}

export function createTelemetry({ instance, version, logLevel }: Config): Telemetry {
  const base = processTelemetry({ service: SERVICE, instance, version, logLevel, events: LOG_EVENTS })
  return {
    ...base,
    http: httpMetrics(base.registry),
    connections: connectionMetrics(base.registry),
    outcomes: outcomeMetrics(base.registry, { operations: Object.keys(OPERATIONS) }),
    cache: cacheMetrics(base.registry, { cache: 'catalogue', operations: ['get', 'set', 'del'] }),
    payments: paymentMetrics(base.registry, { reasons: PAYMENT_REASONS }),
    coupons: couponMetrics(base.registry),
    support: supportMetrics(base.registry, { topics: TOPICS }),
    shedding: sheddingMetrics(base.registry, { classes: CLASSES }),
  }
}
