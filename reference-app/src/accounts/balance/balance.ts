/** What a user may spend, in whole won. */
export interface Balance {
  userId: number
  balance: number
}
