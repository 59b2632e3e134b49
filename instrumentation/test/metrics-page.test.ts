import { spawnSync } from 'node:child_process'
import {
  cacheMetrics,
  connectionMetrics,
  createLogger,
  createRegistry,
  deploymentInfo,
  httpMetrics,
  type MetricsRegistry,
  metricsHandler,
  outcomeMetrics,
  postgresMetrics,
  runtimeMetrics,
} from '@drillbook/instrumentation'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { context, type Span, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import express from 'express'
import { contract } from './contract.ts'
import { type HttpServer, listen } from './http-server.ts'
import { type Sample, samplesOf } from './scrape.ts'
import { until } from './until.ts'

const PROMETHEUS_2_42 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
/** Gauges that are there from the first major collection on, and while Node waits for the system: any page may be the first with them. */
const NOT_ALWAYS = ['nodejs_heap_size_after_major_gc_bytes', 'nodejs_active_requests']

let registry: MetricsRegistry
let server: HttpServer

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  registry = createRegistry({ service: 'shop', instance: 'shop-1' })
  deploymentInfo(registry, { version: '1.2.3' })
  runtimeMetrics(registry)
  outcomeMetrics(registry, { operations: ['seat_map'], reasons: { failed: ['timeout'] } }).record(
    'seat_map',
    'rejected',
    'sold_out',
  )
  cacheMetrics(registry, { cache: 'catalogue' }).lookup('hit')
  connectionMetrics(registry)
  createLogger({
    service: 'shop',
    instance: 'shop-1',
    level: 'info',
    registry,
    destination: { write: () => undefined },
  }).warn({ event: 'cache.unavailable' }, 'cache unavailable')
  const pool = { totalCount: 3, idleCount: 1, waitingCount: 4, options: { max: 5 }, connect: async () => ({}) }
  const postgres = postgresMetrics(registry, pool, { poolName: 'primary' })
  await postgres.timed({ operation: 'SELECT', collection: 'seats' }, async () => pool.connect())

  const app = express()
  app.use((_req, _res, next) => withSpan(next))
  app.use(httpMetrics(registry).middleware)
  app.get('/seats/:id', (_req, res) => void res.end())
  app.get('/metrics', metricsHandler(registry))
  server = await listen(app)
  await (await fetch(`${server.url}/seats/1`)).text()
  await until(async () => (await page()).text.includes('/seats/:id'))
})

afterAll(() => server[Symbol.asyncDispose]())

function withSpan(work: () => void): void {
  const spanContext = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED }
  const span: Span = trace.wrapSpanContext(spanContext)
  context.with(trace.setSpan(context.active(), span), work)
}

async function page(accept = 'text/plain'): Promise<{ type: string; text: string; samples: Sample[] }> {
  const response = await fetch(`${server.url}/metrics`, { headers: { accept } })
  const text = await response.text()
  return { type: response.headers.get('content-type') ?? '', text, samples: samplesOf(text) }
}

test.each(contract)('the page has %s (%s) with labels %j', async (name, type, labels) => {
  const { text, samples } = await page()
  const sampleName = type === 'histogram' ? `${name}_count` : name
  expect(text).toContain(`# TYPE ${name} ${type}\n`)
  expect(samples.filter((sample) => sample.name === sampleName).map((sample) => sample.labels)).toContainEqual(labels)
})

test('the first page is already complete: gauges of one reading are read together', async () => {
  const { samples } = await page()
  const value = (name: string, state?: string) =>
    samples.find((sample) => sample.name === name && sample.labels.db_client_connection_state === state)?.value
  expect(value('db_client_connection_count', 'used')).toBe(2)
  expect(value('db_client_connection_count', 'idle')).toBe(1)
  expect(value('db_client_connection_max')).toBe(5)
  expect(value('db_client_connection_pending_requests')).toBe(4)
})

test('plain text is answered unless OpenMetrics is preferred by name', async () => {
  for (const accept of [
    '*/*',
    'text/plain',
    'application/openmetrics-text;q=0.2,text/plain',
    'application/openmetrics-text;version=0.0.1',
  ]) {
    const { type, text } = await page(accept)
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text).not.toContain('# EOF')
    expect(text).not.toContain(TRACE_ID)
  }
  for (const accept of [PROMETHEUS_2_42, 'application/openmetrics-text']) {
    const { type, text } = await page(accept)
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(text.endsWith('\n# EOF\n')).toBe(true)
  }
})

test('counters have the same sample names in both formats, in whatever order these are asked for', async () => {
  const first = await page()
  const openMetrics = await page(PROMETHEUS_2_42)
  const second = await page()
  const names = (samples: Sample[]) =>
    [...new Set(samples.map(({ name }) => name))].filter((name) => !NOT_ALWAYS.includes(name)).sort()
  expect(names(openMetrics.samples)).toEqual(names(first.samples))
  expect(names(second.samples)).toEqual(names(first.samples))
  expect(openMetrics.text).toContain('# TYPE cache_lookups counter\n')
  expect(second.text).toContain('# TYPE cache_lookups_total counter\n')
})

test('OpenMetrics carries the trace of a request as exemplar of its bucket', async () => {
  const { samples } = await page(PROMETHEUS_2_42)
  const linked = samples.filter(({ exemplar }) => exemplar?.includes(TRACE_ID))
  expect(linked).toContainEqual(
    expect.objectContaining({
      name: 'http_server_request_duration_seconds_bucket',
      labels: expect.objectContaining({ http_route: '/seats/:id' }),
      exemplar: expect.stringMatching(/^\{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\} [0-9.]+ [0-9.]+$/),
    }),
  )
})

/**
 * One complaint stays: OpenTelemetry's conventions name a gauge `db.client.connection.count`, and its users' dashboards
 * ask for that.
 */
test('promtool check metrics reads the plain text and dislikes nothing but a name that OpenTelemetry chose', async () => {
  await page(PROMETHEUS_2_42)
  const { text } = await page()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  expect({ status, stdout, complaints: stderr.trim().split('\n') }).toEqual({
    status: 3,
    stdout: '',
    complaints: [expect.stringMatching(/^db_client_connection_count .* "_count" suffix$/)],
  })
})

test('no series carries the service: the scrape configuration gives that label', async () => {
  const { samples } = await page()
  expect(samples.filter(({ labels }) => 'service' in labels || 'instance' in labels)).toEqual([])
})

test('a metric that cannot be collected makes the scrape fail, not the process', async () => {
  const broken = createRegistry({ service: 'broken' })
  broken.metrics = () => Promise.reject(new RangeError('secret detail'))
  await using brokenServer = await listen(metricsHandler(broken))
  const response = await fetch(brokenServer.url, { headers: { accept: 'application/openmetrics-text' } })
  expect(response.status).toBe(500)
  expect(await response.text()).toBe('metrics cannot be collected: RangeError\n')
})
