import { checkBlocks } from './check-blocks.ts'
import {
  checkBoolean,
  checkObjects,
  checkOneOf,
  checkString,
  checkUrl,
  type Findings,
  type JsonObject,
} from './findings.ts'
import { LIMITS } from './limits.ts'

const TEXTS = ['fallback', 'pretext', 'author_name', 'author_subname', 'title', 'text', 'callback_id']
const URLS = ['author_link', 'author_icon', 'title_link', 'image_url', 'thumb_url', 'footer_icon']
const KNOWN = new Set([
  ...TEXTS,
  ...URLS,
  'color',
  'fields',
  'footer',
  'ts',
  'mrkdwn_in',
  'blocks',
  'actions',
  'attachment_type',
])
/** `fallback` is not in Slack's list, but is Alertmanager's own default, and Slack takes it. */
const MRKDWN_IN = ['pretext', 'text', 'fields', 'fallback']

/** One secondary attachment. Slack ignores keys that it does not know; we refuse them: they are slips of the pen. */
export function checkAttachment(attachment: JsonObject, found: Findings): void {
  for (const key of Object.keys(attachment)) {
    if (!KNOWN.has(key)) found.at(key).add('is no field of an attachment')
  }
  for (const key of TEXTS) checkString(attachment, key, found, {})
  for (const key of URLS) checkUrl(attachment, key, found)
  checkString(attachment, 'footer', found, { max: LIMITS.attachmentFooter })
  checkColor(attachment, found)
  checkMrkdwnIn(attachment, found)
  if (attachment.ts !== undefined && !/^\d+(\.\d+)?$/.test(String(attachment.ts)))
    found.at('ts').add('must be Unix seconds')
  for (const [field, here] of checkObjects(attachment, 'fields', found, {})) {
    checkString(field, 'title', here, {})
    checkString(field, 'value', here, {})
    checkBoolean(field, 'short', here)
  }
  for (const [action, here] of checkObjects(attachment, 'actions', found, { max: LIMITS.attachmentActions })) {
    checkOneOf(action, 'type', ['button', 'select'], here)
    checkOneOf(action, 'style', ['default', 'primary', 'danger', ''], here)
    checkString(action, 'text', here, { min: 1, required: true })
    checkUrl(action, 'url', here)
  }
  checkBlocks(attachment, found)
  if (attachment.blocks === undefined && !attachment.fallback && !attachment.text) found.add('needs fallback or text')
}

function checkColor(attachment: JsonObject, found: Findings): void {
  const color = attachment.color
  if (color === undefined || color === '') return
  if (typeof color !== 'string' || !/^(good|warning|danger|#?[0-9a-f]{6}|#?[0-9a-f]{3})$/i.test(color)) {
    found.at('color').add(`${JSON.stringify(color)} is neither good, warning, danger nor a colour like #439FE0`)
  }
}

function checkMrkdwnIn(attachment: JsonObject, found: Findings): void {
  const value = attachment.mrkdwn_in
  if (value === undefined) return
  if (!Array.isArray(value)) {
    found.at('mrkdwn_in').add('must be a list')
    return
  }
  for (const [i, name] of value.entries()) {
    if (!MRKDWN_IN.includes(name))
      found
        .at('mrkdwn_in')
        .at(i)
        .add(`${JSON.stringify(name)} is none of ${MRKDWN_IN.join(', ')}`)
  }
}
