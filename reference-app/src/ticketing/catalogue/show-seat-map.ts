import { Problem } from '../../platform/problem/problem.ts'
import type { Catalogue } from './catalogue.ts'
import type { Seat } from './seat.ts'

/** Throws `schedule_not_found`, also for a schedule of another concert. */
export async function showSeatMap(catalogue: Catalogue, concertId: number, scheduleId: number): Promise<Seat[]> {
  const seats = await catalogue.seats(concertId, scheduleId)
  if (seats === undefined) {
    throw new Problem('schedule_not_found', `Concert ${concertId} has no schedule ${scheduleId}.`)
  }
  return seats
}
