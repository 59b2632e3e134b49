import { CliError, messageOf } from '@drillbook/content/errors'
import { redactUrl } from '@drillbook/content/text/redact'
import type { z } from 'zod'
import { type Endpoint, headersOf, withoutCredentials } from './endpoint.ts'
import { readText } from './read-text.ts'

/** The longest answer of each service that is read, in bytes. */
export const ANSWER_LIMITS = {
  /** A range query of many series, or all rules with their alerts. */
  prometheus: 64 * 1024 * 1024,
  alertmanager: 16 * 1024 * 1024,
  keeper: 4 * 1024 * 1024,
  /** An instance's operations port. */
  ops: 1024 * 1024,
  slack: 4 * 1024 * 1024,
} as const

export interface Question {
  /** Who is asked, as sentences begin: `Prometheus`. */
  who: string
  endpoint: Endpoint
  /** Appended to the endpoint's URL. @default '' */
  path?: string
  params?: Record<string, string>
  method?: string
  /** Sent as JSON. */
  body?: unknown
  timeoutMs: number
  limitBytes: number
}

export interface Answer {
  status: number
  ok: boolean
  text: string
}

/**
 * One request. Throws `usage` for an endpoint that cannot be asked, and what fetch throws when it does not answer in
 * time and length.
 */
export async function ask(question: Question): Promise<Answer> {
  const { endpoint, path = '', params, method = 'GET', body, timeoutMs, limitBytes } = question
  const response = await fetch(urlOf(endpoint, path, params), {
    method,
    headers: checkedHeaders(endpoint, body !== undefined),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: response.status, ok: response.ok, text: await readText(response, limitBytes) }
}

/**
 * Asks, and reads the answer as `schema`. Throws `unreachable` that names who and where, without a secret, for every
 * other answer.
 */
export async function askJson<S extends z.ZodType>(question: Question, schema: S, hint?: string): Promise<z.infer<S>> {
  try {
    const { ok, status, text } = await ask(question)
    if (!ok) throw new Error(`status ${status}`)
    return parseAnswer(text, schema)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw noAnswer(question, error, hint)
  }
}

/** Throws when it is no JSON, or has another shape; the answer itself is not in the message. */
export function parseAnswer<S extends z.ZodType>(text: string, schema: S): z.infer<S> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON') // what JSON.parse says quotes the answer
  }
  return checkShape(json, schema)
}

/** The value as `schema` says. Throws, without the value. */
export function checkShape<S extends z.ZodType>(value: unknown, schema: S): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`it is not as expected: ${issue?.path.map(String).join('.')}: ${issue?.message}`)
}

export function noAnswer(
  { who, endpoint }: Pick<Question, 'who' | 'endpoint'>,
  error: unknown,
  hint?: string,
): CliError {
  return new CliError('unreachable', `${who} at ${redactUrl(endpoint.url)} does not answer: ${messageOf(error)}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

function urlOf(endpoint: Endpoint, path: string, params: Record<string, string> = {}): URL {
  const text = withoutCredentials(endpoint).url
  if (!URL.canParse(text)) throw new CliError('usage', `${redactUrl(endpoint.url)} is not a URL`)
  const url = new URL(text)
  url.pathname = url.pathname.replace(/\/$/, '') + path
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  return url
}

/** What fetch says of a header that it cannot send quotes it. */
function checkedHeaders(endpoint: Endpoint, json: boolean): Headers {
  const headers = new Headers(json ? { 'content-type': 'application/json' } : {})
  for (const [name, value] of Object.entries(headersOf(endpoint))) {
    try {
      headers.set(name, value)
    } catch {
      throw new CliError('usage', `the header ${JSON.stringify(name)} of ${redactUrl(endpoint.url)} cannot be sent`, {
        hint: 'A header is one line of printable ASCII characters.',
      })
    }
  }
  return headers
}
