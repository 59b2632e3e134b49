import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import {
  connectionMetrics,
  createRegistry,
  httpMetrics,
  type MetricsRegistry,
  outcomeMetrics,
} from '@drillbook/instrumentation'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Listener } from '../src/platform/http/listener.ts'
import { type OperationContext, operation } from '../src/platform/http/operation.ts'
import { frontDoor } from '../src/platform/overload/front-door.ts'
import { KillSwitches } from '../src/platform/overload/kill-switches.ts'
import type { LoadShedding } from '../src/platform/overload/load-shedding.ts'
import { OPERATIONS } from '../src/programs/api/operations.ts'
import { until } from './support/until.ts'

const HOST = '127.0.0.1'
/** Longer than a hang-up may take to be no failure. */
const UNREAD_MS = 1_200
/** More than the buffers of both kernels hold. */
const LARGE = 'x'.repeat(16_000_000)
const PRODUCTS = '/api/v1/products'
const EVENTS = '/api/v1/orders/1/events'
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`

let registry: MetricsRegistry
let listener: Listener
/** Work that is under way, as load shedding counts it. */
let places: number
let answered: number
let streams: ServerResponse[]
let sockets: Socket[]

beforeEach(async () => {
  registry = createRegistry({ service: 'test' })
  places = 0
  answered = 0
  streams = []
  sockets = []
  const [http, outcomes] = [httpMetrics(registry), outcomeMetrics(registry)]
  const context: OperationContext = { outcomes, parseBody: (_request, _response, next) => next(), timeoutMs: 5_000 }
  const text = operation(context, 'product_list', () => {
    answered += 1
    return { status: 200, body: LARGE, headers: { 'content-type': 'text/plain' } }
  })
  const events = operation(context, 'order_events', () => ({
    stream: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
      streams.push(response)
    },
  }))
  const inside = (request: IncomingMessage, response: ServerResponse) =>
    http.middleware(request, response, () => (request.url === EVENTS ? events : text)(request, response, () => {}))
  const door = { operations: OPERATIONS, shedding: counting, switches: new KillSwitches(), http, outcomes }
  const options = { ...connectionMetrics(registry), unreadMs: UNREAD_MS }
  listener = await Listener.open(frontDoor(door, inside), HOST, 0, options)
})

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await listener.close(0)
})

const counting = {
  admits: () => true,
  start: () => {
    places += 1
    return () => {
      places -= 1
    }
  },
} as unknown as LoadShedding

/** Sends this and reads nothing, until somebody asks it to. */
function silent(text: string): Socket {
  const socket = connect(listener.port, HOST)
  sockets.push(socket)
  socket.pause()
  socket.on('error', () => undefined) // it is reset
  socket.write(text)
  return socket
}

/** Series that are not 0, without buckets and the name of the service. */
async function counted(metric: string): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n')
  return lines.filter((line) => line.startsWith(metric) && !line.endsWith(' 0'))
}

const metricOf = async (metric: string) => Number((await counted(metric))[0]?.split(' ').at(-1) ?? 0)
const cut = () => metricOf('http_server_unread_connections_total')

test('a client that never reads loses its connection; its places are given back; it is no failure of ours, and we were not slow', async () => {
  const asked = performance.now()
  const socket = silent(ask(PRODUCTS))
  await until('it is answered', () => answered === 1)
  expect(await metricOf('http_server_active_requests')).toBe(1)
  expect(places).toBe(0) // what waits for a client is no work
  await until('it is cut', async () => (await cut()) === 1)
  expect(performance.now() - asked).toBeGreaterThan(UNREAD_MS - 100)
  await until('nothing is under way', async () => (await metricOf('http_server_active_requests')) === 0)
  socket.resume() // else it does not notice
  await until('it is closed', () => socket.closed)
  expect(await counted('operation_outcomes_total')).toEqual([
    'operation_outcomes_total{operation="product_list",outcome="rejected",reason="client_closed"} 1',
  ])
  const [count] = await counted('http_server_request_duration_seconds_count')
  expect(count).toContain('http_response_status_code="499",error_type=""} 1')
  expect(await metricOf('http_server_request_duration_seconds_sum')).toBeLessThan(UNREAD_MS / 1_000 / 2)
})

test('requests that wait behind an answer that nobody reads are over, too, each once', async () => {
  silent(ask(PRODUCTS).repeat(3))
  await until('it is cut', async () => (await cut()) === 1)
  await until('nothing is under way', async () => (await metricOf('http_server_active_requests')) === 0)
  expect([await cut(), places]).toEqual([1, 0])
  const outcome = 'operation_outcomes_total{operation="product_list",outcome="rejected",reason="client_closed"}'
  expect(await counted('operation_outcomes_total')).toEqual([`${outcome} 3`])
  expect(await counted('http_server_request_duration_seconds_count')).toEqual([
    expect.stringContaining('status_code="499",error_type=""} 3'),
  ])
})

test('a client that reads slowly, with pauses, gets all of it', async () => {
  const socket = silent(ask(PRODUCTS))
  let received = 0
  socket.on('data', (chunk) => {
    received += chunk.length
    if (received % 700_000 > chunk.length) return
    socket.pause()
    setTimeout(() => socket.resume(), UNREAD_MS / 8)
  })
  socket.resume()
  const beganAt = performance.now()
  await until('it has all', () => received > LARGE.length)
  expect(performance.now() - beganAt).toBeGreaterThan(2 * UNREAD_MS)
  expect(await cut()).toBe(0)
  await until('it is counted', async () => (await counted('operation_outcomes_total')).length > 0)
  expect(await counted('operation_outcomes_total')).toEqual([
    'operation_outcomes_total{operation="product_list",outcome="success",reason=""} 1',
  ])
})

test('a stream that nobody reads is cut, and was a success; one with nothing to tell stays open, and so does its connection', async () => {
  const [deaf, quiet] = [silent(ask(EVENTS)), silent(ask(EVENTS))]
  await until('both have begun', () => streams.length === 2)
  const written = streams.find(({ req }) => req.socket.remotePort === deaf.localPort)
  for (let n = 0; n < 3; n++) written?.write(LARGE)
  const more = setInterval(() => written?.write(': still here\n\n'), 50) // what is added is no progress
  await until('one is cut', async () => (await cut()) === 1).finally(() => clearInterval(more))
  await until('one is left', async () => (await metricOf('http_server_active_requests')) === 1)
  expect(await counted('operation_outcomes_total')).toEqual([
    'operation_outcomes_total{operation="order_events",outcome="success",reason=""} 1',
  ])
  expect(quiet.closed).toBe(false)
  streams.find((stream) => stream !== written)?.end()
  await until('it has ended', async () => (await metricOf('http_server_active_requests')) === 0)
  let received = ''
  quiet.on('data', (chunk) => {
    received += chunk.toString('latin1', 0, 200)
  })
  quiet.resume()
  quiet.write(ask(PRODUCTS))
  await until('its next request is answered', () => received.split('HTTP/1.1 200').length === 3)
})
