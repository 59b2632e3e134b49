import { Buffer } from 'node:buffer'
import { fits, type Operation, type Parameter } from '../support/description.ts'
import type { Meaning } from './meaning.ts'
import type { FuzzAnswer, FuzzRequest } from './request.ts'

const FORM = 'application/x-www-form-urlencoded'
const MAX_BODY_BYTES = 64 * 1024

/** A request that the description allows was taken for malformed, or one that it does not allow was taken. */
export function mistaken(request: FuzzRequest, { status }: FuzzAnswer, meaning: Meaning): string[] {
  const allowed = isAllowed(request, meaning)
  if (allowed === true && [400, 413].includes(status)) return [`${status}, and it is as the description wants it`]
  if (allowed === false && status < 400) return [`${status}, and it is not as the description wants it`]
  return []
}

/** Undefined: the description does not say. */
function isAllowed(request: FuzzRequest, { operation, route }: Meaning): boolean | undefined {
  const { parameters = [] } = operation
  const those = parameters.map((parameter) =>
    parameter.in === 'path' ? fitsPath(request, route, parameter) : fitsHeader(request, parameter),
  )
  const all = [...those, fitsBody(request, operation)]
  if (all.includes(undefined)) return undefined
  return all.every((fit) => fit)
}

function fitsPath({ target }: FuzzRequest, route: string, { name, schema }: Parameter): boolean | undefined {
  const path = target.replace(/^http:\/\/itself/, '').replace(/\?.*$/, '')
  try {
    const text = decodeURIComponent(path.split('/')[route.split('/').indexOf(`:${name}`)] ?? '')
    // Digits only, by the words of the description.
    return /^[1-9]\d*$/.test(text) && fits(schema, Number(text))
  } catch {
    return undefined
  }
}

function fitsHeader({ headers }: FuzzRequest, { name, required, schema }: Parameter): boolean | undefined {
  const values = valuesOf(headers, name)
  if (values.length > 1) return undefined
  const [value] = values
  if (value === undefined) return !required
  return fits(schema, value)
}

function fitsBody({ headers, body }: FuzzRequest, { requestBody }: Operation): boolean | undefined {
  const [type = '', { schema = {} } = {}] = Object.entries(requestBody?.content ?? {})[0] ?? []
  if (isOdd(headers, type)) return undefined
  if (requestBody === undefined) return body === undefined ? true : undefined
  if (Buffer.byteLength(body ?? '') > (type === FORM ? 1_024 : MAX_BODY_BYTES)) return undefined
  try {
    const value = type === FORM ? formOf(body ?? '') : JSON.parse(body ?? '')
    if (value === undefined) return undefined
    // Half a character is beyond schemas.
    return fits(schema, value) && !/\\ud[89a-f]/.test(JSON.stringify(value))
  } catch {
    return false
  }
}

/** Something says that the body is to be read in another way; of a form, that it is none. */
function isOdd(headers: FuzzRequest['headers'], wanted: string): boolean {
  const [type = wanted === FORM ? '' : wanted] = valuesOf(headers, 'Content-Type')
  const encodings = valuesOf(headers, 'Content-Encoding').filter((encoding) => encoding !== 'identity')
  return encodings.length > 0 || /charset/.test(type) || (wanted === FORM && type !== FORM)
}

/** Numbers as numbers. Undefined: what readers of forms do not agree on. */
function formOf(text: string): Record<string, unknown> | undefined {
  if (/%(?![\da-f]{2})|%[89a-f]|\[/i.test(text)) return undefined
  const fields = [...new URLSearchParams(text)]
  if (new Set(fields.map(([name]) => name)).size < fields.length) return undefined
  return Object.fromEntries(fields.map(([name, value]) => [name, /^[1-9]\d*$/.test(value) ? Number(value) : value]))
}

function valuesOf(headers: FuzzRequest['headers'], wanted: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value.trim())
}
