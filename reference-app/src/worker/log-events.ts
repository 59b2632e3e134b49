import type { EventLevels } from '@drillbook/instrumentation'
import { OPERATIONS_LOG_EVENTS } from '../operations/log-events.ts'

/** Every event that a worker logs by name: what `log_events_total` can count. */
export const LOG_EVENTS = {
  'worker.started': 'info',
  'worker.stopping': 'info',
  'worker.stopped': 'info',
  'api.internal_error': 'error',
  'cache.connected': 'info',
  'cache.disconnected': 'warn',
  'cache.breaker_opened': 'warn',
  'cache.breaker_closed': 'info',
  'cache.write_failed': 'warn',
  'database.connection_lost': 'warn',
  'order.paid': 'info',
  'order.payment_failed': 'info',
  'order.cancelled': 'info',
  'database.notifications_lost': 'warn',
  'order_payment.succeeded': 'info',
  'order_payment.declined': 'info',
  'order_payment.failed': 'warn',
  'order_payment.in_doubt': 'warn',
  'order_payment.voided': 'warn',
  'order_payment.interrupted': 'warn',
  'payment_provider.breaker_opened': 'warn',
  'payment_provider.breaker_closed': 'info',
  'outbox.delivery_failed': 'warn',
  'outbox.event_stuck': 'error',
  'job.failed': 'warn',
  'job.recovered': 'info',
  ...OPERATIONS_LOG_EVENTS,
} as const satisfies EventLevels
