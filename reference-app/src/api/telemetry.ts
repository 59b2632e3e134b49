import {
  type CacheMetrics,
  cacheMetrics,
  createLogger,
  createRegistry,
  deploymentInfo,
  type HttpMetrics,
  httpMetrics,
  type Logger,
  type MetricsRegistry,
  metricsHandler,
  type OutcomeMetrics,
  outcomeMetrics,
  type PaymentMetrics,
  paymentMetrics,
  runtimeMetrics,
} from '@drillbook/instrumentation'
import { OPERATIONS } from '../http/operation-names.ts'
import type { ProblemCode } from '../problem/codes.ts'
import type { Config } from './config.ts'
import { LOG_EVENTS } from './log-events.ts'

const SERVICE = 'reference-app'

/** Why a payment ends as it does, as far as that is known before the first: the codes that `payReservations` names, and those of any failure. */
const PAYMENT_REASONS = {
  rejected: ['reservation_not_found', 'already_paid', 'hold_expired', 'insufficient_balance'],
  failed: ['database_unavailable', 'internal_error'],
} as const satisfies Record<string, readonly ProblemCode[]>

/** The metrics and the log of one instance. Metrics of a part that is made later are added to `registry` by that part. */
export interface Telemetry {
  registry: MetricsRegistry
  logger: Logger
  http: HttpMetrics
  outcomes: OutcomeMetrics
  cache: CacheMetrics
  payments: PaymentMetrics
  serveMetrics: ReturnType<typeof metricsHandler>
}

export function createTelemetry({ instance, version, logLevel }: Config): Telemetry {
  const registry = createRegistry({ service: SERVICE, instance })
  deploymentInfo(registry, { version })
  runtimeMetrics(registry)
  return {
    registry,
    logger: createLogger({ service: SERVICE, instance, level: logLevel, registry, events: LOG_EVENTS }),
    http: httpMetrics(registry),
    outcomes: outcomeMetrics(registry, { operations: OPERATIONS }),
    cache: cacheMetrics(registry, { cache: 'catalogue', operations: ['get', 'set', 'del'] }),
    payments: paymentMetrics(registry, { reasons: PAYMENT_REASONS }),
    serveMetrics: metricsHandler(registry),
  }
}
