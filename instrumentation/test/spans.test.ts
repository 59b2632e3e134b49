import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { listen } from './http-server.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { startTracedApp, type TracedApp } from './traced-app.ts'
import { until } from './until.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const MOUNTED = '1af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

let postgres: PostgresServer
let redis: RedisServer

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})

afterAll(async () => {
  await Promise.all([postgres?.stop(), redis?.stop()])
})

describe.each([
  { file: 'esm-app.mjs', ending: { code: null, signal: 'SIGTERM' } },
  { file: 'cjs-app.cjs', ending: { code: 7, signal: null } },
])('$file, started with --import register', ({ file, ending }) => {
  let receiver: OtlpReceiver
  let app: TracedApp
  let ended: unknown

  beforeAll(async () => {
    receiver = await startOtlpReceiver()
    app = await start(file, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    await ask('/things/1')
    await ask('/things/2', { traceparent: `00-${TRACE}-${PARENT}-01` })
    await ask('/things/3', { traceparent: `00-${TRACE.replace('0af', 'fff')}-${PARENT}-00` })
    await ask('/healthz')
    await ask('/shops/7/7/things', { traceparent: `00-${MOUNTED}-${PARENT}-01` })
    ended = await app.terminate()
  })

  afterAll(async () => {
    app?.[Symbol.dispose]()
    await receiver?.[Symbol.asyncDispose]()
  })

  async function ask(path: string, headers: Record<string, string> = {}): Promise<void> {
    const response = await fetch(`${app.url}${path}`, { headers })
    expect(response.status).toBe(200)
    await response.text()
  }

  function logged(id: string) {
    return app.log.find((line) => line.event === 'work.done' && line.id === id)
  }

  test('makes http, express, pg, ioredis and undici spans with one trace id, which its log line names', () => {
    const root = receiver.spans.find(({ spanId }) => spanId === logged('1')?.span_id)
    const traceId = logged('1')?.trace_id
    const names = receiver.spans.filter((span) => span.traceId === traceId).map(({ by, name }) => `${by}: ${name}`)
    expect(traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(root?.traceId).toBe(traceId)
    expect(names.sort()).toEqual([
      'express: request handler - /echo',
      'express: request handler - /things/:id',
      'http: GET /echo',
      'http: GET /things/:id',
      'ioredis: get',
      'pg: pg-pool.connect',
      'pg: pg.connect',
      'pg: pg.query:SELECT postgres',
      'undici: GET',
    ])
  })

  test('names spans after the whole route, with the mounts of routers and applications', () => {
    const spans = receiver.spans.filter(({ traceId }) => traceId === MOUNTED)
    expect(spans.map(({ name, attributes }) => [name, attributes['http.route']]).sort()).toEqual([
      ['GET /shops/:shop/:shelf/things', '/shops/:shop/:shelf/things'],
      ['request handler - /shops/:shop/:shelf/things', '/shops/:shop/:shelf/things'],
    ])
  })

  test('continues the trace of a caller that is being recorded', () => {
    const server = receiver.spans.find(({ traceId, name }) => traceId === TRACE && name === 'GET /things/:id')
    expect(server?.parentSpanId).toBe(PARENT)
    expect(logged('2')?.trace_id).toBe(TRACE)
  })

  test('makes no span for a caller that is not recorded, for health checks, or outside requests', () => {
    const traces = new Set(receiver.spans.map(({ traceId }) => traceId))
    expect(traces).toEqual(new Set([logged('1')?.trace_id, TRACE, MOUNTED]))
    expect(logged('3')).not.toHaveProperty('trace_id')
  })

  test('sends its last spans on SIGTERM and leaves how to end to the application', () => {
    expect(receiver.spans.map(({ name }) => name)).toContain('GET /things/:id')
    expect(ended).toEqual(ending)
    expect(app.stderr()).toBe('')
  })
})

test('a request that ends while the app drains is sent as well', async () => {
  await using receiver = await startOtlpReceiver()
  using app = await start('cjs-app.cjs', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  const drained = fetch(`${app.url}/drain`)
  await until(() => app.log.some(({ event }) => event === 'drain.started'))
  await app.terminate()
  expect((await drained).status).toBe(200)
  expect(receiver.spans.map(({ name }) => name)).toContain('GET /drain')
})

test('lines that wait to be written when the signal comes are not lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lines-'))
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  using app = await start('esm-app.mjs', {
    NODE_OPTIONS: '--import ./test/apps/blocked-pool.mjs',
    UV_THREADPOOL_SIZE: '1',
    FIFO: fifo,
  })
  app.signal('SIGUSR2')
  await until(() => app.stderr().includes('blocked'))
  await (await fetch(`${app.url}/things/1`)).text()
  const ended = app.terminate()
  await Promise.race([ended, delay(500)]) // one that does not wait for its lines ends at once
  closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)) // throws when nobody waits any more
  expect(await ended).toEqual({ code: null, signal: 'SIGTERM' })
  expect(app.log.some(({ event }) => event === 'work.done')).toBe(true)
  rmSync(folder, { recursive: true })
})

test('without a collector trace ids are still logged, and nothing waits for one at the end', async () => {
  using app = await start('esm-app.mjs', {})
  await (await fetch(`${app.url}/things/1`)).text()
  const { signal } = await app.terminate()
  expect(signal).toBe('SIGTERM')
  expect(app.log.find(({ event }) => event === 'work.done')?.trace_id).toMatch(/^[0-9a-f]{32}$/)
})

test('OTEL_TRACES_EXPORTER=none sends nothing to the collector, and trace ids are still logged', async () => {
  await using receiver = await startOtlpReceiver()
  using app = await start('esm-app.mjs', {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_EXPORTER: 'none',
  })
  await (await fetch(`${app.url}/things/1`)).text()
  await app.terminate()
  expect(receiver.spans).toEqual([])
  expect(app.log.find(({ event }) => event === 'work.done')?.trace_id).toMatch(/^[0-9a-f]{32}$/)
})

test('a collector that is down delays the end by 2 s at most and is reported', async () => {
  using app = await start('esm-app.mjs', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  await (await fetch(`${app.url}/things/1`)).text()
  const startedAt = performance.now()
  const { signal } = await app.terminate()
  expect(performance.now() - startedAt).toBeLessThan(5000) // the exporter itself would go on for ten
  expect(signal).toBe('SIGTERM')
  expect(app.stderr()).toContain('spans could not be sent')
})

test('spans can be sent as protobuf, and only those that the sampler wants', async () => {
  const received: (string | undefined)[] = []
  await using collector = await listen((req, res) => {
    received.push(req.headers['content-type'])
    req.resume().on('end', () => res.end())
  })
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
  for (const sampler of ['always_off', 'always_on']) {
    using app = await start('esm-app.mjs', { ...env, OTEL_TRACES_SAMPLER: sampler })
    await (await fetch(`${app.url}/things/1`)).text()
    await app.terminate()
    expect(received).toEqual(sampler === 'always_off' ? [] : ['application/x-protobuf'])
  }
})

test.each(['esm-app.mjs', 'cjs-app.cjs'])('%s can change the sampling ratio while it runs', async (file) => {
  using app = await start(file, { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' })
  const set = async (ratio: number) => (await fetch(`${app.url}/sampling/${ratio}`, { method: 'PUT' })).json()
  const ask = async (id: number, headers = {}) => (await fetch(`${app.url}/things/${id}`, { headers })).text()
  await ask(1)
  expect(await set(1)).toEqual({ changed: true, ratio: 1 })
  await ask(2)
  expect(await set(0)).toEqual({ changed: true, ratio: 0 })
  await ask(3)
  await ask(4, { traceparent: `00-${TRACE}-${PARENT}-01` })
  await app.terminate()
  const traced = app.log.filter(({ event }) => event === 'work.done').map((line) => [line.id, 'trace_id' in line])
  expect(traced).toEqual([
    ['1', false],
    ['2', true],
    ['3', false],
    ['4', true],
  ])
})

test('without tracing there is no ratio to change', async () => {
  using app = await start('esm-app.mjs', { OTEL_SDK_DISABLED: 'true' })
  const response = await fetch(`${app.url}/sampling/0.5`, { method: 'PUT' })
  expect(await response.json()).toEqual({ changed: false, ratio: null })
  await app.terminate()
})

test('OTEL_SDK_DISABLED leaves the process alone', async () => {
  using app = await start('cjs-app.cjs', { OTEL_SDK_DISABLED: 'true' })
  await (await fetch(`${app.url}/things/1`)).text()
  const { code } = await app.terminate()
  expect(code).toBe(7)
  expect(app.log.find(({ event }) => event === 'work.done')).not.toHaveProperty('trace_id')
})

test('settings that mean nothing stop the start and are all named', async () => {
  const started = start('esm-app.mjs', {
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  })
  await expect(started).rejects.toThrow(
    /OTEL_EXPORTER_OTLP_ENDPOINT must be.*OTEL_EXPORTER_OTLP_PROTOCOL must be.*OTEL_TRACES_SAMPLER must be/s,
  )
})

function start(file: string, env: Record<string, string>): Promise<TracedApp> {
  return startTracedApp(file, { DATABASE_URL: postgres.url, REDIS_URL: redis.url, ...env })
}
