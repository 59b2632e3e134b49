export interface Concert {
  id: number
  title: string
  venue: string
  /** At least one of its schedules is. */
  available: boolean
}

/** One performance of a concert. */
export interface Schedule {
  id: number
  concertId: number
  /** RFC 3339, UTC. */
  startsAt: string
  /** It has not begun, and at least one of its seats is available. */
  available: boolean
}

/** One seat of one schedule. `id` is unique over all schedules, `number` within its own. */
export interface Seat {
  id: number
  number: number
  available: boolean
}
