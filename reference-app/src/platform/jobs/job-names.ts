/** Every background job, whichever process runs it: what operators can hold back. */
export const JOB_NAMES = [
  'auditor',
  'data-cleaning',
  'hold-expiry',
  'idempotency-cleaning',
  'order-cancellation',
  'outbox-backlog',
  'outbox-cleaning',
  'outbox-relay',
  'payment-charging',
  'sales-statistics',
  'sales-statistics-rebuild',
  'stuck-orders',
  'waiting-room-cleaning',
] as const

export type JobName = (typeof JOB_NAMES)[number]
