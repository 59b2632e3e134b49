import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createRegistry, httpMetrics, type MetricsRegistry, streamBegan } from '@drillbook/instrumentation'
import { beforeEach, describe, expect, test } from '@jest/globals'
import express, { type NextFunction, type Request, type Response } from 'express'
import { type HttpServer, listen } from './http-server.ts'
import { samples } from './scrape.ts'
import { until } from './until.ts'

const COUNT = 'http_server_request_duration_seconds_count'

let registry: MetricsRegistry

beforeEach(() => {
  registry = createRegistry({ service: 'test' })
})

/** What was counted: one line for each series, `METHOD route status error`. */
async function counted(requests: number): Promise<string[]> {
  await until(async () => (await samples(registry, COUNT)).reduce((sum, { value }) => sum + value, 0) === requests)
  return (await samples(registry, COUNT)).map(({ labels }) =>
    `${labels.http_request_method} ${labels.http_route} ${labels.http_response_status_code} ${labels.error_type}`.trim(),
  )
}

function observed(): express.Express {
  const app = express()
  app.set('env', 'test')
  app.use(httpMetrics(registry).middleware)
  return app
}

async function get(server: HttpServer, path: string, method = 'GET'): Promise<void> {
  const sent = request({ port: server.port, path, method, agent: false }).end()
  const [response] = await once(sent, 'response')
  await once(response.resume(), 'end')
}

describe('the route label', () => {
  test('is the template, with the path at which its router is mounted', async () => {
    const concerts = express.Router().get('/:id', (_req, res) => void res.end())
    const api = express.Router().use('/concerts', concerts)
    await using server = await listen(observed().use('/api/v1', api))
    await get(server, '/api/v1/concerts/1?x=1')
    await get(server, '/api/v1/concerts/2')
    expect(await counted(2)).toEqual(['GET /api/v1/concerts/:id 200'])
  })

  test('keeps the mount path when the handler fails and an error handler outside of the router answers', async () => {
    const api = express.Router().get('/concerts/:id', async () => {
      throw new Error('no')
    })
    const app = observed().use('/api/v1', api)
    app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => void res.status(503).end())
    await using server = await listen(app)
    await get(server, '/api/v1/concerts/1')
    expect(await counted(1)).toEqual(['GET /api/v1/concerts/:id 503 503'])
  })

  test('has the mount path in small letters, however the client writes it', async () => {
    const shop = express.Router({ mergeParams: true }).get('/concerts', (_req, res) => void res.end())
    await using server = await listen(observed().use('/api/v1', shop).use('/tenants/:tenant/v1', shop))
    for (const path of ['/api/v1/concerts', '/API/v1/concerts', '/Api/V1/CONCERTS', '/Tenants/AbC/V1/concerts'])
      await get(server, path)
    expect(await counted(4)).toEqual(['GET /api/v1/concerts 200', 'GET /tenants/:tenant/v1/concerts 200'])
  })

  test('names the parameters of a mount path instead of their values', async () => {
    const tenant = express.Router().get('/', (_req, res) => void res.end())
    await using server = await listen(observed().use('/tenants/:tenant/home', tenant))
    for (const name of ['a', 'b', 'c%20d']) await get(server, `/tenants/${name}/home`)
    expect(await counted(3)).toEqual(['GET /tenants/:tenant/home 200'])
  })

  test('is the last match of a router that is mounted twice and passes the request on', async () => {
    const shared = express.Router().get('/:id', (req, res, next) => (req.baseUrl === '/old' ? next() : res.end()))
    const app = observed().use('/old', shared)
    app.use((req, _res, next) => {
      req.url = req.url.replace('/old', '/new')
      next()
    })
    await using server = await listen(app.use('/new', shared))
    await get(server, '/old/1')
    expect(await counted(1)).toEqual(['GET /new/:id 200'])
  })

  test('is one and the same for all URLs that no route matches', async () => {
    await using server = await listen(observed().get('/known', (_req, res) => void res.end()))
    for (const path of ['/a', '/b/c', '/d?e']) await get(server, path)
    expect(await counted(3)).toEqual(['GET unmatched 404'])
  })

  test('stays bounded when code makes up routes', async () => {
    const app = observed()
    for (let index = 0; index < 250; index++) app.get(`/${index}`, (_req, res) => void res.end())
    await using server = await listen(app)
    await Promise.all(Array.from({ length: 250 }, (_, index) => get(server, `/${index}`)))
    const routes = await counted(250)
    expect(routes).toHaveLength(201)
    expect(routes).toContain('GET other 200')
  })

  test('is unmatched on a server without a router', async () => {
    const { middleware } = httpMetrics(registry)
    await using server = await listen((req, res) => middleware(req, res, () => res.end()))
    await get(server, '/anything')
    expect(await counted(1)).toEqual(['GET unmatched 200'])
  })
})

test('methods outside of the standard ones share a label', async () => {
  await using server = await listen(observed().all('/', (_req, res) => void res.end()))
  for (const method of ['GET', 'PROPFIND', 'REPORT']) await get(server, '/', method)
  expect((await counted(3)).sort()).toEqual(['GET / 200', '_OTHER / 200'])
})

describe('a client that hangs up', () => {
  async function hangUpAfter(seconds: number): Promise<string[]> {
    let asked = false
    const app = observed().get('/slow', () => {
      asked = true
    })
    await using server = await listen(app)
    const sent = request(`${server.url}/slow`).on('error', () => undefined)
    sent.end()
    await until(() => asked)
    await delay(seconds * 1000)
    sent.destroy()
    return await counted(1)
  }

  test('at once is counted as 499 and is not our failure', async () => {
    expect(await hangUpAfter(0)).toEqual(['GET /slow 499'])
  })

  test('with its request half sent is counted as 499 and is not our failure, however long it took', async () => {
    let asked = false
    const app = observed().post('/slow', () => {
      asked = true
    })
    await using server = await listen(app)
    const sent = request(`${server.url}/slow`, { method: 'POST', headers: { 'content-length': 20 } })
    sent.on('error', () => undefined).write('{')
    await until(() => asked)
    await delay(1_010)
    sent.destroy()
    expect(await counted(1)).toEqual(['POST /slow 499'])
  })

  test('after more than a second is counted as 499 and is our failure', async () => {
    expect(await hangUpAfter(1.01)).toEqual(['GET /slow 499 client_closed_request'])
  })
})

test('a response that the server itself breaks off carries the class of its error', async () => {
  const app = observed().get('/broken', (_req, res) => {
    res.write('half')
    res.destroy(new RangeError('broken'))
  })
  await using server = await listen(app)
  await expect(get(server, '/broken')).rejects.toThrow()
  expect(await counted(1)).toEqual(['GET /broken 200 RangeError'])
})

test('active requests are those without an end yet', async () => {
  const waiting: Response[] = []
  await using server = await listen(observed().get('/', (_req, res) => void waiting.push(res)))
  const active = async () => (await samples(registry, 'http_server_active_requests'))[0]?.value
  const asked = [get(server, '/'), get(server, '/')]
  await until(() => waiting.length === 2)
  expect(await active()).toBe(2)
  for (const res of waiting) res.end()
  await Promise.all(asked)
  await until(async () => (await active()) === 0)
})

test('active requests of two makers on one registry are added', async () => {
  const waiting: Response[] = []
  const other = express().use(httpMetrics(registry).middleware)
  await using first = await listen(observed().get('/', (_req, res) => void waiting.push(res)))
  await using second = await listen(other.get('/', (_req, res) => void waiting.push(res)))
  const asked = [get(first, '/'), get(second, '/'), get(second, '/')]
  await until(() => waiting.length === 3)
  const [active] = await samples(registry, 'http_server_active_requests')
  for (const res of waiting) res.end()
  await Promise.all(asked)
  expect(active?.value).toBe(3)
  await until(async () => (await samples(registry, 'http_server_active_requests'))[0]?.value === 0)
})

test('durations fall into the buckets up to their bound', async () => {
  await using server = await listen(observed().get('/', (_req, res) => void setTimeout(() => res.end(), 60)))
  await get(server, '/')
  await counted(1)
  const buckets = await samples(registry, 'http_server_request_duration_seconds_bucket')
  expect(buckets.map(({ labels }) => labels.le)).toEqual([
    '0.005',
    '0.01',
    '0.025',
    '0.05',
    '0.1',
    '0.2',
    '0.3',
    '0.5',
    '0.8',
    '1',
    '2',
    '5',
    '10',
    '+Inf',
  ])
  expect(buckets.find(({ labels }) => labels.le === '0.05')?.value).toBe(0)
  expect(buckets.find(({ labels }) => labels.le === '1')?.value).toBe(1)
})

test('a stream lasts until it began, however long it stays open, and a client that leaves it is no 499', async () => {
  const app = observed()
  app.get('/events', (_req, res) => {
    res.writeHead(200).flushHeaders()
    streamBegan(res)
  })
  await using server = await listen(app)
  const sent = request({ port: server.port, path: '/events', agent: false }).end()
  await once(sent, 'response')
  await delay(1_100)
  sent.destroy()
  expect(await counted(1)).toEqual(['GET /events 200'])
  const [sum] = await samples(registry, 'http_server_request_duration_seconds_sum')
  expect(sum?.value).toBeLessThan(0.5)
})
