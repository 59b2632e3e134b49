import { z } from 'zod'
import { buy } from './buy.ts'
import type { Client } from './client.ts'

/** Users that the generator plays. Any positive id is a valid user. */
const USERS = 100_000

const place = z.object({ token: z.string() })
const items = z.array(z.object({ id: z.int(), available: z.boolean() }))

export interface Journey {
  /** The share of visitors who would buy if every seat were free. 0 to 1. */
  buyRatio: number
  /** @default Math.random */
  random?: () => number
}

/**
 * One visitor: joins the queue, looks at the concerts, at the schedules of one that is available, at the seats of one of those, and may go on to
 * buy. When nothing is left visitors still come and look. Ends early when an answer is not the wanted one. Resolves in any case: the client has
 * counted what happened.
 */
export async function visit(client: Client, { buyRatio, random = Math.random }: Journey): Promise<void> {
  const userId = 1 + Math.floor(random() * USERS)
  const joined = await client.request('POST', `/api/v1/queue/users/${userId}`, place)
  if (joined === undefined) return
  const headers = { 'queue-token': joined.token }
  const concert = pick(await client.request('GET', '/api/v1/concerts', items, { headers }), random)
  if (concert === undefined) return
  const schedules = `/api/v1/concerts/${concert.id}/schedules`
  const schedule = pick(await client.request('GET', schedules, items, { headers }), random)
  if (schedule === undefined) return
  const seats = await client.request('GET', `${schedules}/${schedule.id}/seats`, items, { headers })
  if (seats === undefined) return
  const visitor = { userId, headers, concertId: concert.id, scheduleId: schedule.id }
  await buy(client, visitor, seats, { buyRatio, random })
}

/** One that is available, if there is one, else any. */
function pick(all: z.infer<typeof items> | undefined, random: () => number): { id: number } | undefined {
  const available = all?.filter((item) => item.available) ?? []
  const choice = available.length > 0 ? available : (all ?? [])
  return choice[Math.floor(random() * choice.length)]
}
