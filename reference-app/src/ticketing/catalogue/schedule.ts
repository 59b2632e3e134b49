/** One performance of a concert. */
export interface Schedule {
  id: number
  concertId: number
  /** RFC 3339, UTC. */
  startsAt: string
  /** It has not begun, and at least one of its seats is available. */
  available: boolean
}
