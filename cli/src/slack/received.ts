import { z } from 'zod'
import { ANSWER_LIMITS, askJson } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'

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
  const { messages } = await askJson(
    {
      who: 'the keeper of received Slack messages',
      endpoint,
      params: { since: since.toISOString() },
      timeoutMs: 3000,
      limitBytes: ANSWER_LIMITS.slack,
    },
    answer,
    'Check slack.received in the environment file (in the lab: drillbook lab status).',
  )
  return messages.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt))
}
