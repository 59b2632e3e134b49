import { z } from 'zod'
import { CliError, messageOf } from '../errors.ts'
import { type Endpoint, headersOf } from '../prometheus/client.ts'

const answer = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), query: z.string(), lastError: z.string().default('') })),
      }),
    ),
  }),
})

/** The expressions behind each recorded name, and the last error of any. */
export type Recordings = Map<string, { expressions: string[]; lastError: string }>

/** What the drilled Prometheus itself has loaded: not the files, which may differ. Throws `unreachable`. */
export async function recordingRules(endpoint: Endpoint): Promise<Recordings> {
  let body: z.infer<typeof answer>
  try {
    const response = await fetch(`${endpoint.url.replace(/\/$/, '')}/api/v1/rules?type=record`, {
      headers: headersOf(endpoint),
      signal: AbortSignal.timeout(10_000),
    })
    body = answer.parse(await response.json())
  } catch (error) {
    throw new CliError('unreachable', `Prometheus does not tell its rules: ${messageOf(error)}`, { cause: error })
  }
  const recordings: Recordings = new Map()
  for (const rule of body.data.groups.flatMap((group) => group.rules)) {
    const known = recordings.get(rule.name)
    recordings.set(rule.name, {
      expressions: [...(known?.expressions ?? []), rule.query],
      lastError: known?.lastError || rule.lastError,
    })
  }
  return recordings
}
