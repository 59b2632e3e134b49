/** One seat of one schedule. `id` is unique over all schedules, `number` within its own. */
export interface Seat {
  id: number
  number: number
  available: boolean
}
