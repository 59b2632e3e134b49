/** The payment of one reservation. */
export interface Payment {
  id: number
  reservationId: number
  userId: number
  /** Won. */
  amount: number
  status: 'paid'
  /** RFC 3339, UTC, by the clock of the database. */
  paidAt: string
}
