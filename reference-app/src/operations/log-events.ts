import type { EventLevels } from '@drillbook/instrumentation'

/** What every process with an operations port logs about it. */
export const OPERATIONS_LOG_EVENTS = {
  'operator.change': 'info',
  'operator.audit_failed': 'error',
  'operator.change_pending': 'warn',
  'operator.change_reconciled': 'info',
  'operator.change_overruled': 'warn',
  'operator.change_recovered': 'warn',
  'operator.change_followed': 'info',
  'operator.apply_failed': 'warn',
  'operator.desired_state_lost': 'warn',
  'operator.desired_state_back': 'info',
} as const satisfies EventLevels
