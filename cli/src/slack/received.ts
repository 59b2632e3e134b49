import { z } from 'zod'
import { CliError, messageOf } from '../errors.ts'
import { type Endpoint, headersOf } from '../prometheus/client.ts'

/** A message as it was received. `text` is what people read; `receivedAt` UTC, ISO 8601 with milliseconds. */
export interface ReceivedMessage {
  id: string
  receivedAt: string
  text: string
}

const answer = z.object({
  messages: z.array(z.object({ id: z.coerce.string(), receivedAt: z.iso.datetime(), text: z.string() })),
})

/** What arrived at or after `since`, oldest first. Throws `unreachable`. */
export async function receivedMessages(endpoint: Endpoint, since: Date): Promise<ReceivedMessage[]> {
  const url = new URL(endpoint.url)
  url.searchParams.set('since', since.toISOString())
  try {
    const response = await fetch(url, { headers: headersOf(endpoint), signal: AbortSignal.timeout(3000) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { messages } = answer.parse(await response.json())
    return messages.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt))
  } catch (error) {
    throw new CliError('unreachable', `the received Slack messages cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'Check slack.received in the environment file (in the lab: drillbook lab status).',
    })
  }
}
