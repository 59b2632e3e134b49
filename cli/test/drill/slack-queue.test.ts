import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SlackQueue } from '../../src/slack/webhook.ts'

let server: Server
let url: string
let answers: [status: number, headers?: Record<string, string>][]
let received: { at: number; text: string }[]
beforeEach(async () => {
  answers = []
  received = []
  server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    received.push({ at: performance.now(), text: JSON.parse(Buffer.concat(chunks).toString()).text })
    const [status, headers] = answers.shift() ?? [200]
    response.writeHead(status, headers).end(status === 200 ? 'ok' : 'no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})
const queue = () => new SlackQueue(url, { retryDelaysMs: [20, 20] })

describe('the Slack queue', () => {
  test('sends in order, and tries again what fails for the moment', async () => {
    answers = [[503], [200], [200]]
    const slack = queue()
    slack.send('DRILL: one')
    slack.send('DRILL: two')
    expect((await slack.flush()).map((d) => [d.text, d.delivered, d.attempts])).toEqual([
      ['DRILL: one', true, 2],
      ['DRILL: two', true, 1],
    ])
    expect(received.map((r) => r.text)).toEqual(['DRILL: one', 'DRILL: one', 'DRILL: two'])
  })

  test('waits as long as a 429 asks for', async () => {
    answers = [[429, { 'retry-after': '1' }]]
    const slack = queue()
    slack.send('DRILL')
    expect(await slack.flush()).toMatchObject([{ delivered: true, attempts: 2 }])
    expect((received[1]?.at ?? 0) - (received[0]?.at ?? 0)).toBeGreaterThanOrEqual(990)
  })

  test('gives up at once what Slack will never take', async () => {
    answers = [[404]]
    const slack = queue()
    slack.send('DRILL')
    expect(await slack.flush()).toMatchObject([{ delivered: false, attempts: 1, error: 'Slack answered 404 no' }])
  })

  test('ends undelivered when nobody answers, and does not tell the secret URL', async () => {
    await new Promise((resolve) => server.close(resolve))
    const slack = queue()
    slack.send('DRILL')
    const [delivery] = await slack.flush()
    expect(delivery).toMatchObject({ delivered: false, attempts: 3 })
    expect(delivery?.error).not.toContain('/hook')
  })
})
