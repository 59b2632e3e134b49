export type ProviderName = 'primary' | 'secondary'

export type PaymentState = 'requested' | 'charging' | 'succeeded' | 'declined' | 'failed'

/** What is to be paid, in whole won. */
export interface PaymentRequest {
  orderId: number
  userId: number
  amount: number
}

/** The payload of `payment.requested`, and, with a reason where it was declined or has failed, of each topic of an end. */
export interface PaymentTold {
  paymentId: number
  orderId: number
  userId: number
  amount: number
  reason?: string
}
