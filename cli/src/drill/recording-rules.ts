import { z } from 'zod'
import { ANSWER_LIMITS, askJson } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'

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
  const body = await askJson(
    {
      who: 'Prometheus',
      endpoint,
      path: '/api/v1/rules',
      params: { type: 'record' },
      timeoutMs: 10_000,
      limitBytes: ANSWER_LIMITS.prometheus,
    },
    answer,
  )
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
