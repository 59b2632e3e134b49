import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRegistry, outcomeMetrics } from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import express, { json } from 'express'
import { type Operations, operationRouter } from '../src/platform/http/operation-router.ts'
import { respondProblem } from '../src/platform/problem/respond-problem.ts'
import { toProblem } from '../src/platform/problem/to-problem.ts'
import { OPERATIONS } from '../src/programs/api/operations.ts'

const TABLE = {
  read: { method: 'GET', path: '/things/:id', class: 'browse', answer: ({ params }, { kind }) => ok(kind, params.id) },
  make: { method: 'POST', path: '/things', class: 'purchase', answer: ({ body }) => ok('made', body) },
  drop: { method: 'DELETE', path: '/things/:id', class: 'purchase', answer: () => ({ status: 204 }) },
  form: {
    method: 'POST',
    path: '/forms',
    class: 'purchase',
    parseBody: (request, _response, next) => next(Object.assign(request, { body: 'parsed its own way' }) && undefined),
    answer: ({ body }) => ok('made', body),
  },
} satisfies Operations<{ kind: string }>

const ok = (...body: unknown[]) => ({ status: 200, body })
let server: Server

beforeAll(async () => {
  const outcomes = outcomeMetrics(createRegistry({ service: 'test' }))
  const app = express()
  app.use(operationRouter(TABLE, { kind: 'thing' }, { outcomes, parseBody: json(), timeoutMs: 5_000 }))
  app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    respondProblem(response, toProblem(error))
  })
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function call(method: string, path: string) {
  const body = method === 'POST' ? { body: '{"a":1}', headers: { 'content-type': 'application/json' } } : {}
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method, ...body })
  return { status: response.status, allow: response.headers.get('allow'), text: await response.text() }
}

test('each operation answers at its method and path, with the parts and the body that it was promised', async () => {
  expect(await call('GET', '/things/7')).toEqual({ status: 200, allow: null, text: '["thing","7"]' })
  expect(await call('POST', '/things')).toEqual({ status: 200, allow: null, text: '["made",{"a":1}]' })
  expect(await call('DELETE', '/things/7')).toEqual({ status: 204, allow: null, text: '' })
  expect(await call('POST', '/forms')).toEqual({ status: 200, allow: null, text: '["made","parsed its own way"]' })
})

test.each([
  ['PUT', '/things/7', 'GET, HEAD, DELETE'],
  ['POST', '/things/7', 'GET, HEAD, DELETE'],
  ['GET', '/things', 'POST'],
])('%s %s is refused and told what is possible: %s', async (method, path, allow) => {
  const reply = await call(method, path)
  expect([reply.status, reply.allow]).toEqual([405, allow])
  expect(JSON.parse(reply.text)).toMatchObject({
    code: 'method_not_allowed',
    detail: `${method} is not possible here; ${allow} is.`,
  })
})

test('no path of the API hides one that comes later: the router takes the first, the front door the exact one', () => {
  const paths = [...new Set(Object.values(OPERATIONS).map(({ path }) => path))]
  const hidden = paths.flatMap((path, at) => {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`)
    return paths.slice(at + 1).filter((later) => pattern.test(later))
  })
  expect(hidden).toEqual([])
})
