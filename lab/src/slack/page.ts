import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Html, html } from './html.ts'
import { messageHtml } from './message-html.ts'
import type { Message } from './message-store.ts'

/** What the page shows at most: the newest. All of them are at /messages. */
const SHOWN = 100

export const STYLE = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8')

/** Replaces the list whenever it has changed; stays at the bottom unless the reader has scrolled up. */
export const SCRIPT = `const list = document.querySelector('main')
const toBottom = () => scrollTo(0, document.body.scrollHeight)
toBottom()
setInterval(async () => {
  try {
    const text = await (await fetch('/fragment')).text()
    if (text === list.dataset.seen) return
    const atBottom = innerHeight + scrollY >= document.body.scrollHeight - 80
    list.dataset.seen = text
    list.innerHTML = text
    if (atBottom) toBottom()
  } catch { /* the stand-in restarts: the next try will do */ }
}, 1500)
`

export function messagesHtml(messages: readonly Message[]): Html {
  if (messages.length === 0) {
    return html`<p class="empty">No message yet. Alerts that fire show up here within seconds.</p>`
  }
  let day = ''
  return html`${messages.slice(-SHOWN).map((message) => {
    const isNewDay = message.receivedAt.slice(0, 10) !== day
    day = message.receivedAt.slice(0, 10)
    return html`${isNewDay && html`<div class="day"><span>${day}</span></div>`}${messageHtml(message)}`
  })}`
}

export function page(messages: readonly Message[]): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>#alerts · Slack stand-in</title>
<link rel="stylesheet" href="/page.css">
<noscript><meta http-equiv="refresh" content="3"></noscript>
</head>
<body>
<div class="top"><h1># alerts</h1><p>drillbook's stand-in for Slack: what a channel would show, checked against Slack's limits</p></div>
<main>${messagesHtml(messages)}</main>
<script src="/page.js"></script>
</body>
</html>
`
}
