import { isObject, type JsonObject } from './findings.ts'
import { decode, type Piece, parseMrkdwn, withEmoji } from './mrkdwn.ts'

/**
 * A message as people would read it, for terminals: links as `text (url)`, no signs of style, one blank line between
 * parts.
 */
export function plainText(payload: JsonObject): string {
  const attachments = objects(payload.attachments).map(attachmentText)
  const body =
    Array.isArray(payload.blocks) && payload.blocks.length > 0 ? blocksText(payload.blocks) : mrkdwnText(payload.text)
  return [body, ...attachments].filter((part) => part !== '').join('\n\n')
}

function attachmentText(attachment: JsonObject): string {
  if (Array.isArray(attachment.blocks)) return blocksText(attachment.blocks)
  const title = mrkdwnText(attachment.title)
  const link =
    typeof attachment.title_link === 'string' && attachment.title_link !== '' ? ` (${attachment.title_link})` : ''
  const fields = objects(attachment.fields).map((f) =>
    [mrkdwnText(f.title), mrkdwnText(f.value)].filter(Boolean).join(': '),
  )
  const actions = objects(attachment.actions).map((a) => label(a.text, a.url))
  const lines = [
    mrkdwnText(attachment.pretext),
    title && title + link,
    mrkdwnText(attachment.text),
    ...fields,
    ...actions,
    mrkdwnText(attachment.footer),
  ]
  const shown = lines.filter((line) => line !== '').join('\n')
  return shown === '' ? mrkdwnText(attachment.fallback) : shown
}

function blocksText(blocks: readonly unknown[]): string {
  return objects(blocks)
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n')
}

function blockText(block: JsonObject): string {
  switch (block.type) {
    case 'divider':
      return '────────'
    case 'image':
      return `[image: ${String(block.alt_text)}]`
    case 'section': {
      const fields = objects(block.fields).map(textObject)
      const accessory = isObject(block.accessory) ? elementText(block.accessory) : ''
      return [textObject(block.text), ...fields, accessory].filter((line) => line !== '').join('\n')
    }
    case 'context':
    case 'actions':
      return objects(block.elements)
        .map(elementText)
        .filter((text) => text !== '')
        .join('  ')
    case 'rich_text':
      return richText(block)
    default:
      return textObject(block.text)
  }
}

function elementText(element: JsonObject): string {
  if (element.type === 'image') return `[image: ${String(element.alt_text)}]`
  if (element.type === 'button') return label(textObject(element.text), element.url)
  return textObject(element)
}

/** Every text and link in reading order. */
function richText(node: JsonObject): string {
  if (typeof node.text === 'string') return label(node.text, node.url)
  if (typeof node.url === 'string') return node.url
  return objects(node.elements)
    .map(richText)
    .join(node.type === 'rich_text_section' ? '' : '\n')
}

function label(text: unknown, url: unknown): string {
  const shown = typeof text === 'string' ? withEmoji(decode(text)) : ''
  return typeof url === 'string' && url !== '' ? `${shown} (${url})` : shown
}

function textObject(value: unknown): string {
  if (typeof value === 'string') return mrkdwnText(value)
  if (!isObject(value) || typeof value.text !== 'string') return ''
  return value.type === 'plain_text' ? withEmoji(value.text) : mrkdwnText(value.text)
}

export function mrkdwnText(value: unknown): string {
  return typeof value === 'string' ? parseMrkdwn(value).map(pieceText).join('').trim() : ''
}

function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case 'bold':
    case 'italic':
    case 'strike':
      return piece.pieces.map(pieceText).join('')
    case 'link':
      return piece.text === undefined || piece.text === piece.url ? piece.url : `${piece.text} (${piece.url})`
    default:
      return piece.text
  }
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
