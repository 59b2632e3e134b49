import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { Refusal } from './refusal.ts'

/** No request has more than 200 bytes. */
const LIMIT_BYTES = 4_096

/** The JSON body in the shape that `schema` promises. Throws `invalid_request`. */
export async function requestBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LIMIT_BYTES) throw new Refusal(413, 'invalid_request', `the body has more than ${LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  const parsed = schema.safeParse(json(Buffer.concat(chunks).toString('utf8')))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Refusal(400, 'invalid_request', issues.join('; '))
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'invalid_request', 'the body is not JSON')
  }
}
