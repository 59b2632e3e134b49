import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { slackApp } from '../../src/slack/app.ts'
import { MessageStore } from '../../src/slack/message-store.ts'

const WEBHOOK = '/services/T123/B456/secret'
let dir: string
let server: Server
let base: string
let logged: object[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slack-'))
  await start()
})

afterEach(async () => {
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  logged = []
  const app = slackApp({
    store: new MessageStore(join(dir, 'data')),
    webhookPath: WEBHOOK,
    runbooksDir: join(dir),
    log: (line) => logged.push(line),
  })
  await new Promise<void>((resolve) => {
    server = app.listen(0, '127.0.0.1', () => resolve())
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function stop(): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function post(path: string, body: unknown): Promise<[number, string]> {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return [response.status, await response.text()]
}

interface Answer {
  messages: { id: number; text: string; receivedAt: string }[]
  rejected: { error: string; problems: string[] }[]
  heartbeats: object[]
}

async function get(path: string): Promise<Answer> {
  return (await fetch(base + path)).json() as Promise<Answer>
}

test('a good message is answered with ok, kept, and shown as people read it', async () => {
  const before = new Date().toISOString()
  const payload = { text: '*hello* <https://example.org|there>' }
  expect(await post(WEBHOOK, payload)).toEqual([200, 'ok'])
  const { messages } = await get('/messages')
  expect(messages).toEqual([
    {
      id: 1,
      receivedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      text: 'hello there (https://example.org)',
      payload,
    },
  ])
  expect((messages[0]?.receivedAt ?? '') >= before).toBe(true)
})

test('a bad message is answered as Slack does, is not among the messages, and is kept apart with its reasons', async () => {
  expect(await post(WEBHOOK, { blocks: [{ type: 'nonsense' }] })).toEqual([400, 'invalid_blocks'])
  expect(await post(WEBHOOK, '{')).toEqual([400, 'invalid_payload'])
  expect(await post(WEBHOOK, {})).toEqual([400, 'no_text'])
  expect(await get('/messages')).toEqual({ messages: [] })
  const { rejected } = await get('/rejected')
  expect(rejected.map((r) => r.error)).toEqual(['invalid_blocks', 'invalid_payload', 'no_text'])
  expect(rejected[0]?.problems).toEqual(['blocks[0].type: "nonsense" is no kind of block'])
})

test('a wrong webhook is answered with no_service, and nothing is kept', async () => {
  expect(await post('/services/T123/B456/guess', { text: 'a' })).toEqual([404, 'no_service'])
  expect(await post('/services/T123', { text: 'a' })).toEqual([404, 'no_service'])
  expect(await post('/', { text: 'a' })).toEqual([404, 'no_service'])
  expect(await get('/messages')).toEqual({ messages: [] })
  expect(await get('/rejected')).toEqual({ rejected: [] })
})

test('the secret of the webhook is in no log line and on no page', async () => {
  await post(WEBHOOK, { text: 'a' })
  const page = await (await fetch(base)).text()
  expect(JSON.stringify(logged) + page).not.toContain('secret')
})

test('a body above a megabyte is refused', async () => {
  expect(await post(WEBHOOK, { text: 'x'.repeat(1_100_000) })).toEqual([413, 'invalid_payload'])
})

test('messages survive a restart, and ids go on', async () => {
  await post(WEBHOOK, { text: 'one' })
  await post(WEBHOOK, {})
  await stop()
  await start()
  await post(WEBHOOK, { text: 'two' })
  const { messages } = await get('/messages')
  expect(messages.map((m) => [m.id, m.text])).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
  expect((await get('/rejected')).rejected).toHaveLength(1)
})

test('a line that a crash cut off is skipped, and the next message is whole', async () => {
  await post(WEBHOOK, { text: 'one' })
  appendFileSync(join(dir, 'data', 'messages.jsonl'), '{"id":2,"rece')
  for (const text of ['two', 'three']) {
    await stop()
    await start()
    await post(WEBHOOK, { text })
  }
  const { messages } = await get('/messages')
  expect(messages.map((m) => m.text)).toEqual(['one', 'two', 'three'])
})

test('since leaves out what came before', async () => {
  await post(WEBHOOK, { text: 'one' })
  const first = (await get('/messages')).messages[0]?.receivedAt ?? ''
  const after = new Date(Date.parse(first) + 1).toISOString()
  expect((await get(`/messages?since=${first}`)).messages).toHaveLength(1)
  expect((await get(`/messages?since=${after}`)).messages).toHaveLength(0)
  expect((await fetch(`${base}/messages?since=yesterday`)).status).toBe(400)
})

test('a heartbeat is counted and is no message', async () => {
  expect(await post('/heartbeat', { status: 'firing', alerts: [] })).toEqual([204, ''])
  expect((await get('/heartbeats')).heartbeats).toEqual([{ receivedAt: expect.any(String), status: 'firing' }])
  expect(await get('/messages')).toEqual({ messages: [] })
})

test('metrics count what was accepted and what was refused', async () => {
  await post(WEBHOOK, { text: 'a' })
  await post(WEBHOOK, {})
  const response = await fetch(`${base}/metrics`)
  const metrics = await response.text()
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  expect(metrics).toContain('slack_messages_total{outcome="accepted"} 1')
  expect(metrics).toContain('slack_messages_total{outcome="rejected"} 1')
})

test('the page shows messages with everything escaped, and no script of theirs', async () => {
  const evil = '<img src=x onerror=alert(1)> &lt;script&gt;alert(2)&lt;/script&gt; <javascript:alert(3)|click> "quoted"'
  await post(WEBHOOK, {
    username: '<b>"evil"</b>',
    text: evil,
    attachments: [{ text: evil, title: evil, color: '#fff' }],
  })
  const response = await fetch(base)
  const page = await response.text()
  expect(page).toContain('&lt;script&gt;alert(2)&lt;/script&gt;')
  expect(page).toContain('&lt;b&gt;&quot;evil&quot;&lt;/b&gt;')
  expect(page).not.toMatch(/<img|<script>|href="javascript/)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await (await fetch(`${base}/fragment`)).text()).not.toMatch(/<img|<script|href="javascript/)
})

test('runbooks are served, and nothing beside them', async () => {
  writeFileSync(join(dir, 'cache-outage.md'), '# Cache outage')
  writeFileSync(join(dir, 'secret.txt'), 'no')
  expect(await (await fetch(`${base}/runbooks/cache-outage.md`)).text()).toBe('# Cache outage')
  for (const path of ['secret.txt', 'none.md', '..%2Fdata%2Fmessages.jsonl']) {
    expect((await fetch(`${base}/runbooks/${path}`)).status).toBe(404)
  }
})
