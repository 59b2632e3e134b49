import { timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type Request, type Response } from 'express'
import { checkPayload } from './check-payload.ts'
import type { MessageStore } from './message-store.ts'
import { messagesHtml, page, SCRIPT, STYLE } from './page.ts'

export interface AppOptions {
  store: MessageStore
  /** The secret path of the webhook: /services/T.../B.../... */
  webhookPath: string
  /** Served at /runbooks/NAME.md, so that links in messages lead somewhere. Absent: 404. */
  runbooksDir?: string | undefined
  log(line: object): void
}

/** A Watchdog's sign of life, as Alertmanager posted it. */
interface Heartbeat {
  receivedAt: string
  status: string | undefined
}

/** Alertmanager beats every few seconds: the newest will do. */
const HEARTBEATS_KEPT = 200
/** Slack names no limit for a whole request; 40,000 characters of text and 50 blocks fit in many times over. */
const BODY_LIMIT = '1mb'
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The stand-in's HTTP interface. */
export function slackApp({ store, webhookPath, runbooksDir, log }: AppOptions): Express {
  const heartbeats: Heartbeat[] = []
  const app = express()
  app.disable('x-powered-by')
  app.use((_, response, next) => {
    response.set({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    next()
  })
  const body = express.text({ type: () => true, limit: BODY_LIMIT })

  app.post('/services/*path', body, (request, response) => {
    if (!isSame(request.path, webhookPath)) return answer(response, 404, 'no_service')
    const verdict = checkPayload(textOf(request), request.get('content-type') ?? '')
    if (!verdict.ok) {
      const { id, error, problems } = store.reject(verdict.error, verdict.problems, verdict.payload)
      log({ event: 'message_refused', id, error, problems })
      return answer(response, 400, verdict.error)
    }
    const { id, text } = store.add(verdict.payload)
    log({ event: 'message_received', id, firstLine: text.split('\n')[0] })
    answer(response, 200, 'ok')
  })

  app.get('/messages', (request, response) => {
    const since = sinceOf(request)
    if (since === undefined) return answer(response, 400, 'since must be a time like 2026-11-21T03:00:00.000Z')
    response.json({ messages: store.messages.filter((m) => m.receivedAt >= since) })
  })
  app.get('/rejected', (_, response) => void response.json({ rejected: store.rejections }))

  app.post('/heartbeat', body, (request, response) => {
    heartbeats.push({
      receivedAt: new Date().toISOString(),
      status: /"status"\s*:\s*"(\w+)"/.exec(textOf(request))?.[1],
    })
    heartbeats.splice(0, heartbeats.length - HEARTBEATS_KEPT)
    response.status(204).end()
  })
  app.get('/heartbeats', (_, response) => void response.json({ heartbeats }))

  app.get('/healthz', (_, response) => void response.json({ status: 'ok' }))
  app.get('/metrics', (_, response) => {
    response
      .type('text/plain; version=0.0.4')
      .send(
        [
          '# HELP slack_messages_total Messages that arrived at the Slack stand-in.',
          '# TYPE slack_messages_total counter',
          `slack_messages_total{outcome="accepted"} ${store.messages.length}`,
          `slack_messages_total{outcome="rejected"} ${store.rejections.length}`,
          '# HELP slack_heartbeat_last_timestamp_seconds When the last heartbeat arrived, in Unix seconds; 0 before the first.',
          '# TYPE slack_heartbeat_last_timestamp_seconds gauge',
          `slack_heartbeat_last_timestamp_seconds ${Date.parse(heartbeats.at(-1)?.receivedAt ?? '1970-01-01T00:00:00Z') / 1000}`,
          '',
        ].join('\n'),
      )
  })

  app.get('/', (_, response) => void response.type('html').send(page(store.messages).html))
  app.get('/fragment', (_, response) => void response.type('html').send(messagesHtml(store.messages).html))
  app.get('/page.css', (_, response) => void response.type('css').send(STYLE))
  app.get('/page.js', (_, response) => void response.type('js').send(SCRIPT))
  app.get('/runbooks/:file', (request, response) => {
    const file = /^[a-z0-9-]+\.md$/.exec(request.params.file)?.[0]
    const path = runbooksDir === undefined || file === undefined ? undefined : join(runbooksDir, file)
    if (path === undefined || !existsSync(path)) return answer(response, 404, 'there is no such runbook')
    response.type('text/plain; charset=utf-8').sendFile(path, { dotfiles: 'allow' })
  })
  app.use((_, response) => answer(response, 404, 'no_service'))
  app.use((error: Error & { status?: number }, _request: Request, response: Response, _next: () => void) => {
    if (error.status === undefined || error.status >= 500) log({ event: 'error', message: error.message })
    answer(response, error.status ?? 500, error.status === undefined ? 'rollup_error' : 'invalid_payload')
  })
  return app
}

function answer(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(text)
}

function textOf(request: Request): string {
  return typeof request.body === 'string' ? request.body : ''
}

/** Compares without telling by its duration how much of the secret was right. */
function isSame(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The empty text, before every time, when nothing was asked; undefined for what is no time. */
function sinceOf(request: Request): string | undefined {
  const { since } = request.query
  if (since === undefined) return ''
  const time = typeof since === 'string' ? Date.parse(since) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}
