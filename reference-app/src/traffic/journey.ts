import { z } from 'zod'
import type { Client } from './client.ts'

/** Users that the generator plays. Any positive id is a valid user. */
const USERS = 100_000

const place = z.object({ token: z.string() })
const items = z.array(z.object({ id: z.int(), available: z.boolean() }))

/**
 * One visitor: joins the queue, looks at the concerts, at the schedules of one that is available, at the seats of one of those. Ends early
 * when an answer is not the wanted one, or when nothing is left. Resolves in any case: the client has counted what happened.
 */
export async function browse(client: Client, random: () => number = Math.random): Promise<void> {
  const joined = await client.request('POST', `/api/v1/queue/users/${1 + Math.floor(random() * USERS)}`, place)
  if (joined === undefined) return
  const headers = { 'queue-token': joined.token }
  const concert = pick(await client.request('GET', '/api/v1/concerts', items, headers), random)
  if (concert === undefined) return
  const schedules = `/api/v1/concerts/${concert.id}/schedules`
  const schedule = pick(await client.request('GET', schedules, items, headers), random)
  if (schedule === undefined) return
  await client.request('GET', `${schedules}/${schedule.id}/seats`, items, headers)
}

function pick(all: z.infer<typeof items> | undefined, random: () => number): { id: number } | undefined {
  const available = all?.filter((item) => item.available) ?? []
  return available[Math.floor(random() * available.length)]
}
