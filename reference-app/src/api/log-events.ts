import type { EventLevels } from '@drillbook/instrumentation'

/** Every event that an API instance logs by name: what `log_events_total` can count. */
export const LOG_EVENTS = {
  'api.started': 'info',
  'api.stopping': 'info',
  'api.stopped': 'info',
  'api.internal_error': 'error',
  'cache.connected': 'info',
  'cache.disconnected': 'warn',
  'cache.breaker_opened': 'warn',
  'cache.breaker_closed': 'info',
  'cache.write_failed': 'warn',
  'database.connection_lost': 'warn',
  'database.notifications_lost': 'warn',
  'order.placed': 'info',
  'order.payment_retried': 'info',
  'coupon.issued': 'debug',
  'support.inquired': 'info',
  'database.replica_fit': 'info',
  'database.replica_unfit': 'warn',
  'payment.paid': 'info',
  'payment.refused': 'debug',
  'payment.failed': 'warn',
  'operator.change': 'info',
  'operator.audit_failed': 'error',
} as const satisfies EventLevels
