import { z } from 'zod'
import type { ReturningVisitors } from '../returning-visitors.ts'
import type { Step, Visitor } from '../visitor.ts'

const items = z.array(z.object({ id: z.int(), available: z.boolean() }))
type Items = z.infer<typeof items>

export interface Seen {
  concertId: number
  scheduleId: number
  seats: Items
}

/**
 * The concerts, the schedules of one that is available, the seats of one of those. Undefined as soon as an answer is
 * not the wanted one. When nothing is left visitors still come and look.
 */
export async function lookAround(visitor: Visitor, headers: Record<string, string>): Promise<Seen | undefined> {
  const ask = (step: Step, path: string) => visitor.ask(step, { method: 'GET', path, headers }, items)
  const concert = pick(visitor, await ask('concert_list', '/api/v1/concerts'))
  if (concert === undefined) return undefined
  const schedules = `/api/v1/concerts/${concert.id}/schedules`
  const schedule = pick(visitor, await ask('schedule_list', schedules))
  if (schedule === undefined) return undefined
  const seats = await ask('seat_map', `${schedules}/${schedule.id}/seats`)
  return seats === undefined ? undefined : { concertId: concert.id, scheduleId: schedule.id, seats }
}

/** One that is available, if there is one, else any. */
function pick(visitor: Visitor, all: Items = []): { id: number } | undefined {
  const available = all.filter((item) => item.available)
  return visitor.oneOf(available.length > 0 ? available : all)
}

/** Three looks, with a token of an earlier visit. */
export async function browse(visitor: Visitor, returningVisitors: ReturningVisitors): Promise<void> {
  const headers = await returningVisitors.headersOf(visitor)
  if (headers === undefined) return
  await lookAround(visitor, headers)
  if (visitor.outcome === 'rejected') returningVisitors.forget(headers)
}
