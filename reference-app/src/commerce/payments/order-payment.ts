export const PROVIDER_NAMES = ['primary', 'secondary'] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]

/** What is to be paid, in whole won. */
export interface PaymentRequest {
  orderId: number
  userId: number
  amount: number
}

/** How a payment ends. `reason`: the bank's where it declined, ours where it failed. */
export type PaymentEnd =
  | { state: 'succeeded'; reason?: undefined }
  | { state: 'declined'; reason: string }
  | { state: 'failed'; reason: FailureReason }

/** attempts_exhausted: its time is over. providers_exhausted: every provider that may charge has voided it. */
export const FAILURE_REASONS = ['attempts_exhausted', 'providers_exhausted'] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

/**
 * A payment that this process works on, until the claim lapses. `requested`: no provider has charged it. `charging`:
 * this provider may have charged it, so nobody else may be asked and it must not fail, until that is known.
 */
export type ClaimedPayment = PaymentRequest & {
  id: number
  voidedAt: ProviderName[]
  /** Claims so far, this one included. */
  attempts: number
  /** The time to try is over. */
  isOverdue: boolean
} & ({ state: 'requested'; provider: null } | { state: 'charging'; provider: ProviderName })

/**
 * The payload of `payment.requested`, and, with a reason where it was declined or has failed, of each topic of an end.
 */
export interface PaymentTold {
  paymentId: number
  orderId: number
  userId: number
  amount: number
  reason?: string
}
