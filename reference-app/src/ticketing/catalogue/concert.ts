export interface Concert {
  id: number
  title: string
  venue: string
  /** At least one of its schedules is. */
  available: boolean
}
