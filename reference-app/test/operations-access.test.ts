import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ACCESS } from '../src/operations/access.ts'
import { Listener } from '../src/platform/http/listener.ts'
import { routesOf } from './support/routes.ts'
import { TOKENS, type Unbound, unboundApi, unboundWorker } from './support/unbound.ts'

const api = unboundApi()
const worker = unboundWorker()

afterAll(async () => {
  await Promise.all([api.close(), worker.close()])
})

test('every route of every operations port has its entry in the matrix, and every entry its route', () => {
  const registered = new Set([...routesOf(api.operations), ...routesOf(worker.operations)])
  expect(Object.keys(ACCESS).toSorted()).toEqual([...registered].toSorted())
})

test('who may only look can change nothing', () => {
  const changing = Object.entries(ACCESS).filter(([route]) => !route.startsWith('GET '))
  expect(changing.filter(([, callers]) => callers.includes('viewer') || callers.includes('nobody'))).toEqual([])
})

const HEADERS = {
  nobody: {},
  viewer: { authorization: `Bearer ${TOKENS.viewer}` },
  operator: { authorization: `Bearer ${TOKENS.operator}` },
} as const
const CALLERS = ['nobody', 'viewer', 'operator'] as const

const every = (name: string, { operations }: Unbound) =>
  routesOf(operations).flatMap((route) => CALLERS.map((caller) => ({ name, route, caller })))

describe('each route does as the matrix says', () => {
  const ports: Record<string, Listener> = {}

  beforeAll(async () => {
    ports.api = await Listener.open(api.operations, '127.0.0.1', 0)
    ports.worker = await Listener.open(worker.operations, '127.0.0.1', 0)
  })

  afterAll(async () => {
    await Promise.all(Object.values(ports).map((port) => port.close(100)))
  })

  test.each([...every('api', api), ...every('worker', worker)])('$name: $route for $caller', async (each) => {
    const { name, route, caller } = each
    const [method = '', path = ''] = route.split(' ')
    const url = `http://127.0.0.1:${ports[name]?.port}${path.replaceAll(/\{\w+\}/g, 'x')}`
    const { status } = await fetch(url, { method, headers: HEADERS[caller] })
    if (ACCESS[route]?.includes(caller) === true) expect([401, 403]).not.toContain(status)
    else expect(status).toBe(caller === 'nobody' ? 401 : 403)
  })
})
