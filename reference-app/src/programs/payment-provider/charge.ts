/**
 * `charged`: the money was taken. `declined`: the bank refused. `voided`: nothing was taken, and under this key nothing
 * ever will be.
 */
export type ChargeStatus = 'charged' | 'declined' | 'voided'

/** What has become of a key, for ever: the first decision stands. */
export interface Charge {
  /** Counts up over all charges of this provider. */
  sequence: number
  key: string
  status: ChargeStatus
  /** Whole won. Null: voided before anybody asked for a charge. */
  amount: number | null
  /** What the merchant says that it is for. */
  reference: string | null
  /** Why it was declined. */
  reason: string | null
  /** ISO 8601. */
  at: string
}
