import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createRegistry, type MetricsRegistry, outcomeMetrics } from '@drillbook/instrumentation'
import { afterEach, expect, test } from '@jest/globals'
import express, { json } from 'express'
import type { Answer, StreamAnswer } from '../src/platform/http/answer.ts'
import { operation } from '../src/platform/http/operation.ts'
import { respondProblem } from '../src/platform/problem/respond-problem.ts'
import { toProblem } from '../src/platform/problem/to-problem.ts'
import { until } from './support/until.ts'

const TIMEOUT_MS = 2_500

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** A server with one operation that answers as `answer` does. */
async function serve(
  answer: () => Answer | StreamAnswer | Promise<Answer>,
): Promise<{ url: string; registry: MetricsRegistry }> {
  const registry = createRegistry({ service: 'test' })
  const context = { outcomes: outcomeMetrics(registry), parseBody: json(), timeoutMs: TIMEOUT_MS }
  const app = express()
  app.get('/', operation(context, 'seat_map', answer))
  app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    respondProblem(response, toProblem(error))
  })
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, registry }
}

const counted = async (registry: MetricsRegistry) =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith('operation_outcomes_total{'))
const one = (outcome: string, reason: string) => [
  `operation_outcomes_total{operation="seat_map",outcome="${outcome}",reason="${reason}"} 1`,
]

test('an answer that does not come in time is a 503 problem, counted once as failed, and what comes later is dropped', async () => {
  const late = Promise.withResolvers<Answer>()
  const { url, registry } = await serve(() => late.promise)
  const startedAt = performance.now()
  const response = await fetch(url)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(TIMEOUT_MS - 5)
  expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ code: 'request_timeout' })])
  late.resolve({ status: 200, body: 'too late' })
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one('failed', 'request_timeout'))
})

test('an error that nobody foresaw is a 500 problem without its message, counted once as failed', async () => {
  const { url, registry } = await serve(() => {
    throw new TypeError('secret detail')
  })
  const response = await fetch(url)
  const text = await response.text()
  expect([response.status, JSON.parse(text)]).toEqual([500, expect.objectContaining({ code: 'internal_error' })])
  expect(text).not.toContain('secret')
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one('failed', 'internal_error'))
})

test.each([
  ['before it waited a second is rejected', 200, 'rejected'],
  ['after it waited more than a second is our failure', 1_200, 'failed'],
])('a client that hangs up %s', async (_, afterMs, outcome) => {
  const begun = Promise.withResolvers<void>()
  const { url, registry } = await serve(() => {
    begun.resolve()
    return new Promise(() => undefined)
  })
  const leaving = new AbortController()
  const answer = fetch(url, { signal: leaving.signal })
  await begun.promise
  setTimeout(() => leaving.abort(), afterMs)
  await expect(answer).rejects.toThrow()
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one(outcome, 'client_closed'))
})

test('a client that hangs up before it has sent its whole request is rejected, however long it took', async () => {
  const { url, registry } = await serve(() => ({ status: 200, body: 'never asked for' }))
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{')
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  socket.destroy()
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one('rejected', 'client_closed'))
})

test('a stream outlives the limit, and the client that leaves it has had a success', async () => {
  const opened = Promise.withResolvers<ServerResponse>()
  const { url, registry } = await serve(() => ({
    stream: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
      opened.resolve(response)
    },
  }))
  const leaving = new AbortController()
  const response = await fetch(url, { signal: leaving.signal })
  const reader = response.body?.getReader()
  await reader?.read()
  const stream = await opened.promise
  setTimeout(() => stream.write(': still here\n\n'), TIMEOUT_MS + 200)
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': still here\n\n')
  expect(await counted(registry)).toEqual([])
  leaving.abort()
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one('success', ''))
})

test('a stream that cannot begin is a problem, within the usual rules', async () => {
  const { url, registry } = await serve(() => ({
    stream: () => {
      throw new TypeError('no')
    },
  }))
  expect((await fetch(url)).status).toBe(500)
  await until('it is counted', async () => (await counted(registry)).length > 0)
  expect(await counted(registry)).toEqual(one('failed', 'internal_error'))
})
