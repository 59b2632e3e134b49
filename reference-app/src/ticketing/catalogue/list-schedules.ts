import { Problem } from '../../platform/problem/problem.ts'
import type { Catalogue } from './catalogue.ts'
import type { Schedule } from './schedule.ts'

/** Throws `concert_not_found`. */
export async function listSchedules(catalogue: Catalogue, concertId: number): Promise<Schedule[]> {
  const schedules = await catalogue.schedules(concertId)
  if (schedules === undefined) throw new Problem('concert_not_found', `There is no concert ${concertId}.`)
  return schedules
}
