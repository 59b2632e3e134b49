import { checkAttachment } from './check-attachment.ts'
import { checkBlocks } from './check-blocks.ts'
import { checkBoolean, checkObjects, checkString, Findings, isObject, type JsonObject, nameOf } from './findings.ts'
import { LIMITS } from './limits.ts'

/** What Slack answers in the body of a 400 to an incoming webhook. */
export type Refusal =
  | 'invalid_payload'
  | 'no_text'
  | 'too_many_attachments'
  | 'invalid_attachments'
  | 'invalid_blocks'
  | 'msg_too_long'

/** `problems` say what exactly, each with its path; Slack itself keeps that to itself. */
export type Verdict =
  | { ok: true; payload: JsonObject }
  | { ok: false; error: Refusal; problems: string[]; payload: unknown }

const TEXTS = ['text', 'channel', 'username', 'icon_emoji', 'icon_url', 'thread_ts', 'parse', 'response_type']
const SWITCHES = ['mrkdwn', 'unfurl_links', 'unfurl_media', 'replace_original', 'delete_original', 'reply_broadcast']
const KNOWN = new Set([...TEXTS, ...SWITCHES, 'link_names', 'blocks', 'attachments', 'metadata'])

/** Judges the body of a request to the webhook as Slack would, but refuses unknown keys, which Slack ignores. */
export function checkPayload(body: string, contentType: string): Verdict {
  const text = contentType.includes('x-www-form-urlencoded') ? (new URLSearchParams(body).get('payload') ?? '') : body
  let payload: unknown
  try {
    payload = JSON.parse(text)
  } catch (error) {
    return refuse(
      'invalid_payload',
      [`not JSON: ${error instanceof Error ? error.message : String(error)}`],
      text.slice(0, 2000),
    )
  }
  if (!isObject(payload))
    return refuse('invalid_payload', [`the payload must be an object, not ${nameOf(payload)}`], payload)

  const found = new Findings()
  for (const key of Object.keys(payload)) {
    if (!KNOWN.has(key)) found.at(key).add('is no field of a message')
  }
  for (const key of TEXTS) checkString(payload, key, found, {})
  for (const key of SWITCHES) checkBoolean(payload, key, found)
  if (found.problems.length > 0) return refuse('invalid_payload', found.problems, payload)

  const count = (value: unknown) => (Array.isArray(value) ? value.length : value === undefined ? 0 : 1)
  if (!payload.text && count(payload.blocks) === 0 && count(payload.attachments) === 0) {
    return refuse('no_text', ['there is neither text nor blocks nor attachments'], payload)
  }
  checkString(payload, 'text', found, { max: LIMITS.messageText })
  if (found.problems.length > 0) return refuse('msg_too_long', found.problems, payload)
  if (count(payload.attachments) > LIMITS.attachments) {
    return refuse(
      'too_many_attachments',
      [`${count(payload.attachments)} attachments; ${LIMITS.attachments} are allowed`],
      payload,
    )
  }
  checkBlocks(payload, found)
  if (found.problems.length > 0) return refuse('invalid_blocks', found.problems, payload)
  for (const [attachment, here] of checkObjects(payload, 'attachments', found, {})) checkAttachment(attachment, here)
  if (found.problems.length > 0) return refuse('invalid_attachments', found.problems, payload)
  return { ok: true, payload }
}

function refuse(error: Refusal, problems: string[], payload: unknown): Verdict {
  return { ok: false, error, problems, payload }
}
