import { CliError, messageOf } from '@drillbook/content/errors'
import { z } from 'zod'
import { ANSWER_LIMITS, ask, parseAnswer } from '../http/ask.ts'
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
  const params = { since: since.toISOString() }
  const question = { who: 'Slack', endpoint, params, timeoutMs: 3000, limitBytes: ANSWER_LIMITS.slack }
  try {
    const { ok, status, text } = await ask(question)
    if (!ok) throw new Error(`status ${status}`)
    const { messages } = parseAnswer(text, answer)
    return messages.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt))
  } catch (error) {
    throw new CliError('unreachable', `the received Slack messages cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'Check slack.received in the environment file (in the lab: drillbook lab status).',
    })
  }
}
