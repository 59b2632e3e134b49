import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { OPERATIONS } from '../src/programs/api/operations.ts'
import type { Reply } from './support/api.ts'
import { Buyer, codeOf, idsOf, seatsOf } from './support/buyer.ts'
import { operations } from './support/description.ts'
import { type Stack, startStack } from './support/stack.ts'
import { until } from './support/until.ts'

let stack: Stack
let buyer: Buyer
let reservation: number

beforeAll(async () => {
  stack = await startStack()
  buyer = new Buyer(1)
  await buyer.recharge(stack.api, 1_000_000)
  reservation = idsOf(await buyer.reserve(stack.api, 1, seatsOf(1, 0, 1)))[0] ?? 0
})

afterAll(async () => {
  await stack.remove()
})

afterEach(async () => {
  await shed('none')
  await stack.api.ops('PUT', '/protection', { enabled: true })
})

const shed = (name: string) => stack.api.ops('PUT', '/load-shedding', { class: name })
const browse = (path = '/api/v1/concerts') => stack.api.call(path, { headers: buyer.headers })
const counted = (operation: string, reason: string) =>
  stack.api.metric('operation_outcomes_total', { operation, outcome: 'failed', reason })
const each = async () => ({
  browse: codeOf(await browse()),
  purchase: codeOf(await stack.api.call('/api/v1/balance/users/1')),
  payment: codeOf(await buyer.reservation(stack.api, reservation)),
})

test('every route that users can reach means an operation, but health and the description', () => {
  const meant = Object.values(OPERATIONS).map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const needNothing = ['GET /healthz', 'GET /readyz', 'GET /api/v1/openapi.yaml']
  const described = operations.map(({ method, path }) => `${method} ${path}`)
  expect([...meant, ...needNothing].toSorted()).toEqual(described.toSorted())
})

test('by hand a class is turned away with all below it: browsing first, payments never', async () => {
  expect(await each()).toEqual({ browse: '200', purchase: '200', payment: '200' })
  await shed('browse')
  expect(await each()).toEqual({ browse: '503 overloaded', purchase: '200', payment: '200' })
  await shed('purchase')
  expect(await each()).toEqual({ browse: '503 overloaded', purchase: '503 overloaded', payment: '200' })
  expect((await stack.api.ops('GET', '/state')).body).toMatchObject({
    loadShedding: { class: 'purchase', limit: null },
  })
  expect((await shed('payment')).status).toBe(400)
  await shed('none')
  expect(await each()).toEqual({ browse: '200', purchase: '200', payment: '200' })
})

test('who is turned away may come again, and is counted once: under what was meant, with the reason, the class and the route', async () => {
  await shed('purchase')
  const series = { http_route: '/api/v1/concerts/:concertId/schedules', http_response_status_code: '503' }
  const seen = async () => ({
    list: await counted('schedule_list', 'overloaded'),
    recharge: await counted('balance_recharge', 'overloaded'),
    browse: await stack.api.metric('http_server_shed_total', { class: 'browse' }),
    purchase: await stack.api.metric('http_server_shed_total', { class: 'purchase' }),
    requests: await stack.api.metric('http_server_request_duration_seconds_count', series),
  })
  const before = await seen()
  const reply: Reply = await browse('/api/v1/concerts/1/schedules?from=today')
  expect([reply.status, reply.headers.get('retry-after'), reply.headers.get('content-type')]).toEqual([
    503,
    '1',
    'application/problem+json; charset=utf-8',
  ])
  expect(reply.body).toMatchObject({ type: 'urn:drillbook:problem:overloaded', status: 503 })
  // Neither capitals nor a slash at the end nor a body that cannot be read make a request something else.
  expect(codeOf(await browse('/API/v1/Concerts/1/schedules/'))).toBe('503 overloaded')
  const junk = { method: 'POST', body: '{not json' }
  expect(codeOf(await stack.api.call('/api/v1/balance/users/1/recharge', junk))).toBe('503 overloaded')
  expect(await seen()).toEqual({
    list: before.list + 2,
    recharge: before.recharge + 1,
    browse: before.browse + 2,
    purchase: before.purchase + 1,
    requests: before.requests + 2,
  })
})

test('health, the description and what does not exist are never shed', async () => {
  await shed('purchase')
  const statuses = ['/healthz', '/readyz', '/api/v1/openapi.yaml', '/api/v1/nothing'].map(
    async (path) => (await stack.api.call(path)).status,
  )
  expect(await Promise.all(statuses)).toEqual([200, 200, 200, 404])
})

test('an operation that is switched off is refused unread and counted, its neighbours go on', async () => {
  const pay = () => buyer.pay(stack.api, [reservation])
  const before = await counted('reservation_pay', 'operation_disabled')
  await stack.api.ops('PUT', '/routes/reservation_pay', { enabled: false })
  const reply = await pay()
  expect([codeOf(reply), reply.headers.get('retry-after')]).toEqual(['503 operation_disabled', '30'])
  expect(codeOf(await buyer.reservation(stack.api, reservation))).toBe('200')
  expect(await counted('reservation_pay', 'operation_disabled')).toBe(before + 1)
  expect((await stack.api.ops('GET', '/state')).body).toMatchObject({ disabled: ['reservation_pay'] })
  expect((await stack.api.ops('PUT', '/routes/nothing', { enabled: false })).status).toBe(404)
  await stack.api.ops('PUT', '/routes/reservation_pay', { enabled: true })
  expect(codeOf(await pay())).toBe('200')
})

/** Clients of a slow network: each sends half of a payment, and so many of them give up again every 50 ms. */
function slowSenders(perTurn: number) {
  const port = Number(new URL(stack.api.url).port)
  const half = 'POST /api/v1/orders/1/payment HTTP/1.1\r\nhost: test\r\ncontent-length: 20\r\n\r\n{"us'
  const sockets: Socket[] = []
  const turn = setInterval(() => {
    for (let n = 0; n < perTurn; n += 1) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      socket.write(half)
      sockets.push(socket)
      setTimeout(() => socket.destroy(), 1_500)
    }
  }, 50)
  return {
    sockets,
    end: () => {
      clearInterval(turn)
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('requests that are long in coming are no load: nobody is turned away because of them', async () => {
  const began = stack.api.logs('overload.began').length
  const slow = slowSenders(4)
  try {
    await until('many have given up', () => slow.sockets.filter(({ destroyed }) => destroyed).length > 150)
    expect(stack.api.logs('overload.began')).toHaveLength(began)
    expect(await each()).toEqual({ browse: '200', purchase: '200', payment: '200' })
  } finally {
    slow.end()
  }
})
