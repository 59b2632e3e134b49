import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubRule {
  name: string
  firing: boolean
  health?: 'ok' | 'err' | 'unknown'
}

/** The part of Prometheus's API that a drill asks, over real HTTP. A query that nobody scripted gives an empty result. */
export interface StubPrometheus {
  url: string
  /** The values that an instant query gives, one series each. */
  answers: Map<string, number[]>
  /** The series of a range query: [seconds from now, value] pairs. */
  ranges: Map<string, [number, number][][]>
  /** What `max_over_time(ALERTS...)` gives; undefined: what fires now. */
  stored: string[] | undefined
  rules: StubRule[]
  /** How many requests came. */
  asked: number
  /** Answers 503 to everything, or only to requests whose path and query hold this text. */
  down: boolean | string
  close(): Promise<void>
}

export async function stubPrometheus(): Promise<StubPrometheus> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const promql = url.searchParams.get('query') ?? ''
    const { down } = stub
    stub.asked++
    if (down === true || (typeof down === 'string' && `${url.pathname} ${promql}`.includes(down))) {
      response.statusCode = 503
      response.end('down')
      return
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data: dataOf(stub, url.pathname, promql) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stub: StubPrometheus = {
    url: `http://127.0.0.1:${port}`,
    answers: new Map(),
    ranges: new Map(),
    stored: undefined,
    rules: [],
    asked: 0,
    down: false,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return stub
}

function dataOf(stub: StubPrometheus, path: string, promql: string): unknown {
  if (path === '/api/v1/rules') return { groups: [{ name: 'g', interval: 1, rules: stub.rules.map(ruleOf) }] }
  const now = Date.now() / 1000
  if (path === '/api/v1/query_range') {
    const series = stub.ranges.get(promql) ?? []
    const values = series.map((points) => points.map(([after, value]) => [now + after, String(value)]))
    return { resultType: 'matrix', result: values.map((v) => ({ metric: {}, values: v })) }
  }
  if (promql.startsWith('max_over_time(ALERTS{')) {
    const names = stub.stored ?? stub.rules.filter((r) => r.firing).map((r) => r.name)
    return {
      resultType: 'vector',
      result: names.map((name) => ({ metric: { alertname: name, alertstate: 'firing' }, value: [now, '1'] })),
    }
  }
  const values = stub.answers.get(promql) ?? []
  return { resultType: 'vector', result: values.map((v, i) => ({ metric: { i: `${i}` }, value: [now, String(v)] })) }
}

function ruleOf({ name, firing, health = 'ok' }: StubRule): unknown {
  const alert = { labels: { alertname: name }, annotations: {}, state: 'firing', activeAt: '2026-11-21T03:00:00Z' }
  return { type: 'alerting', name, query: 'x', health, alerts: firing ? [alert] : [] }
}
