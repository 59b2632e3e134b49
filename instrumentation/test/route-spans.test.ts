import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TRUTH } from './generated-app.ts'
import { asked, layers, possibleRoutes, urlOf } from './generated-layers.ts'
import { startOtlpReceiver } from './otlp-receiver.ts'
import { samplesOf } from './scrape.ts'
import { startTracedApp } from './traced-app.ts'
import { until } from './until.ts'

const SEED = 9
const APPS = 60
const REQUESTS = 10
const COUNT = 'http_server_request_duration_seconds_count'
const UNSAMPLED = `00-${'f'.repeat(32)}-${'f'.repeat(16)}-00`

test('spans of generated applications have the routes of the metrics, in name and attribute', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'specs-'))
  const specs = fc.sample(layers, { seed: SEED, numRuns: APPS })
  writeFileSync(join(folder, 'specs.json'), JSON.stringify(specs))
  await using receiver = await startOtlpReceiver()
  using app = await startTracedApp('routed-app.mjs', {
    SPECS: join(folder, 'specs.json'),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_MAX_QUEUE_SIZE: '10000',
  })
  const possible = new Set(specs.flatMap((spec) => [...possibleRoutes(spec)]))
  const truths = new Map<string, string>()
  for (const [index, spec] of specs.entries()) {
    const all = fc.sample(asked, { seed: SEED + index, numRuns: REQUESTS })
    const sent = all.map(async (one, position) => {
      const traceId = (index * REQUESTS + position + 1).toString(16).padStart(32, '0')
      truths.set(traceId, await truthOf(app.url, urlOf(spec, one), index, traceId))
    })
    await Promise.all(sent)
    let routes: string[] = []
    await until(async () => {
      routes = await countedRoutes(app.url, index)
      return routes.length === REQUESTS
    })
    expect(routes.sort()).toEqual([...truths.values()].slice(-REQUESTS).sort())
  }
  await app.terminate()
  rmSync(folder, { recursive: true })

  const spans = receiver.spans.filter(({ kind }) => kind === 2)
  const routed = spans.map(({ traceId, name, attributes }) => [traceId, name, attributes['http.route']])
  expect(new Map(routed.map(([traceId, name, route]) => [traceId, [name, route]]))).toEqual(
    new Map([...truths].map(([traceId, truth]) => [traceId, [`GET ${truth}`, truth]])),
  )
  const handlers = receiver.spans.filter(({ by }) => by === 'express')
  expect(handlers.length).toBeGreaterThan(0)
  for (const { name, attributes } of handlers) {
    expect(name).toBe(`request handler - ${attributes['http.route']}`)
    expect(possible).toContain(attributes['http.route'])
  }
})

async function countedRoutes(url: string, app: number): Promise<string[]> {
  const counts = await fetch(url, { headers: { 'x-app': String(app), 'x-counts': 'yes', traceparent: UNSAMPLED } })
  const counted = samplesOf(await counts.text()).filter(({ name }) => name === COUNT)
  return counted.flatMap(({ labels, value }) => Array<string>(value).fill(JSON.parse(`"${labels.http_route}"`)))
}

async function truthOf(url: string, path: string, app: number, traceId: string): Promise<string> {
  const headers = { 'x-app': String(app), traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const sent = request(url, { path, headers, agent: false }).end()
  const [response] = await once(sent, 'response')
  await once(response.resume(), 'end')
  return response.headers[TRUTH] ?? 'unmatched'
}
