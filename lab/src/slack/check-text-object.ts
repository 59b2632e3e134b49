import { checkBoolean, checkOneOf, checkString, type Findings, isObject, type JsonObject, nameOf } from './findings.ts'

/** A text object of Block Kit: `{type: "mrkdwn" | "plain_text", text}` with 1 to `max` characters. */
export function checkTextObject(
  owner: JsonObject,
  key: string,
  found: Findings,
  limit: { max: number; types?: readonly string[]; required?: boolean },
): void {
  const value = owner[key]
  if (value === undefined) {
    if (limit.required) found.at(key).add('is missing')
    return
  }
  checkText(value, found.at(key), limit)
}

export function checkText(value: unknown, found: Findings, limit: { max: number; types?: readonly string[] }): void {
  if (!isObject(value)) {
    found.add(`must be a text object, not ${nameOf(value)}`)
    return
  }
  if (value.type === undefined) found.at('type').add('is missing')
  checkOneOf(value, 'type', limit.types ?? ['mrkdwn', 'plain_text'], found)
  checkString(value, 'text', found, { min: 1, max: limit.max, required: true })
  checkBoolean(value, 'emoji', found)
  checkBoolean(value, 'verbatim', found)
  if (value.type === 'mrkdwn' && value.emoji !== undefined) found.at('emoji').add('is for plain_text only')
  if (value.type === 'plain_text' && value.verbatim !== undefined) found.at('verbatim').add('is for mrkdwn only')
}

export const PLAIN = ['plain_text'] as const
