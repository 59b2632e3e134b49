import { isObject, type JsonObject } from './findings.ts'
import { type Html, html } from './html.ts'
import type { Message } from './message-store.ts'
import { decode, type Piece, parseMrkdwn, withEmoji } from './mrkdwn.ts'

/** One message as in a Slack channel. */
export function messageHtml(message: Message): Html {
  const { payload } = message
  const name = typeof payload.username === 'string' && payload.username !== '' ? payload.username : 'Incoming webhook'
  const body =
    Array.isArray(payload.blocks) && payload.blocks.length > 0 ? blocksHtml(payload.blocks) : mrkdwn(payload.text)
  return html`<article id="m${message.id}">
  <div class="avatar" aria-hidden="true">${[...name][0]?.toUpperCase() ?? '?'}</div>
  <div class="body">
    <header><b>${name}</b> <span class="app">APP</span> <time datetime="${message.receivedAt}">${message.receivedAt.slice(11, 19)} UTC</time></header>
    <div class="text">${body}</div>
    ${objects(payload.attachments).map(attachmentHtml)}
  </div>
</article>`
}

const COLORS: Record<string, string> = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' }

function attachmentHtml(attachment: JsonObject): Html {
  const color = typeof attachment.color === 'string' ? attachment.color : ''
  const hex = COLORS[color] ?? (/^#?([0-9a-f]{3}){1,2}$/i.test(color) ? `#${color.replace('#', '')}` : '#dddddd')
  const title = mrkdwn(attachment.title)
  const inside = Array.isArray(attachment.blocks)
    ? blocksHtml(attachment.blocks)
    : html`${typeof attachment.title === 'string' && attachment.title !== '' && html`<div class="title">${link(attachment.title_link, title)}</div>`}
      <div class="text">${mrkdwn(attachment.text || (attachment.title ? '' : attachment.fallback))}</div>
      ${objects(attachment.fields).length > 0 && html`<dl>${objects(attachment.fields).map((f) => html`<div class="${f.short === true ? 'short' : 'long'}"><dt>${mrkdwn(f.title)}</dt><dd>${mrkdwn(f.value)}</dd></div>`)}</dl>`}
      ${objects(attachment.actions).map((a) => html`<span class="button">${link(a.url, html`${typeof a.text === 'string' ? withEmoji(a.text) : ''}`)}</span>`)}
      ${typeof attachment.footer === 'string' && attachment.footer !== '' && html`<div class="footer">${mrkdwn(attachment.footer)}</div>`}`
  // The colour is drawn as an SVG attribute: the page's policy allows no style attributes.
  return html`<div class="pretext">${mrkdwn(attachment.pretext)}</div>
<div class="attachment"><svg class="bar" aria-hidden="true"><rect width="4" height="100%" rx="2" fill="${hex}"/></svg><div>${inside}</div></div>`
}

function blocksHtml(blocks: readonly unknown[]): Html {
  return html`${objects(blocks).map(blockHtml)}`
}

function blockHtml(block: JsonObject): Html {
  switch (block.type) {
    case 'header':
      return html`<h3>${textObject(block.text)}</h3>`
    case 'divider':
      return html`<hr>`
    case 'section': {
      const fields = objects(block.fields).map((f) => html`<div class="short"><dd>${textObject(f)}</dd></div>`)
      return html`<div class="section"><div>${textObject(block.text)}</div>${isObject(block.accessory) && elementHtml(block.accessory)}</div>
${fields.length > 0 && html`<dl>${fields}</dl>`}`
    }
    case 'context':
      return html`<div class="footer">${objects(block.elements).map((e) => html`${elementHtml(e)} `)}</div>`
    case 'actions':
      return html`<div>${objects(block.elements).map(elementHtml)}</div>`
    case 'image':
      return html`<div class="footer">[image: ${String(block.alt_text)}]</div>`
    default:
      return html`<div>${textObject(block.text)}</div>`
  }
}

function elementHtml(element: JsonObject): Html {
  if (element.type === 'button')
    return html`<span class="button ${String(element.style ?? '')}">${link(element.url, textObject(element.text))}</span>`
  if (element.type === 'image') return html`[image: ${String(element.alt_text)}]`
  return textObject(element)
}

function textObject(value: unknown): Html {
  if (!isObject(value)) return mrkdwn(value)
  return value.type === 'plain_text' ? html`${withEmoji(String(value.text))}` : mrkdwn(value.text)
}

function mrkdwn(value: unknown): Html {
  return typeof value === 'string' ? html`${parseMrkdwn(value).map(pieceHtml)}` : html``
}

function pieceHtml(piece: Piece): Html {
  switch (piece.kind) {
    case 'text':
      return html`${piece.text}`
    case 'bold':
      return html`<b>${piece.pieces.map(pieceHtml)}</b>`
    case 'italic':
      return html`<i>${piece.pieces.map(pieceHtml)}</i>`
    case 'strike':
      return html`<s>${piece.pieces.map(pieceHtml)}</s>`
    case 'code':
      return html`<code>${piece.text}</code>`
    case 'preformatted':
      return html`<pre>${piece.text}</pre>`
    case 'link':
      return link(piece.url, html`${piece.text ?? piece.url}`)
    case 'mention':
      return html`<span class="mention">${piece.text}</span>`
  }
}

/** Only web and mail addresses become links: `javascript:` stays text. */
function link(url: unknown, label: Html): Html {
  const address = typeof url === 'string' ? decode(url) : ''
  if (!/^(https?:|mailto:)$/.test(URL.parse(address)?.protocol ?? '')) return label
  return html`<a href="${address}" rel="noreferrer noopener" target="_blank">${label}</a>`
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
