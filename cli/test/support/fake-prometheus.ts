import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An alert as the stand-in reports it. */
export interface FakeAlert {
  name: string
  incident: string
  severity: string
  state: 'firing' | 'pending'
}

/** Speaks the part of Prometheus's API that the CLI uses. Answers are scripted by query; an unknown query is empty. */
export interface FakePrometheus {
  url: string
  /** The values that a query gives, one series each: fixed, or asked anew each time. */
  answers: Map<string, number[] | (() => number[])>
  /** What a counter stood at when a range begins and when it ends, by the beginning of the query. */
  counters: Map<string, [number, number]>
  alerts: FakeAlert[]
  asked: string[]
  close(): Promise<void>
}

export async function fakePrometheus(): Promise<FakePrometheus> {
  const fake = {
    answers: new Map<string, number[] | (() => number[])>(),
    counters: new Map<string, [number, number]>(),
    alerts: [] as FakeAlert[],
    asked: [] as string[],
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    response.setHeader('content-type', 'application/json')
    if (url.pathname === '/api/v1/query') {
      const promql = url.searchParams.get('query') ?? ''
      fake.asked.push(promql)
      if (promql === 'nonsense(') {
        response.statusCode = 400
        response.end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error: unclosed' }))
        return
      }
      const answer = fake.answers.get(promql) ?? []
      const values = typeof answer === 'function' ? answer() : answer
      const now = Date.now() / 1000
      // Which alerts fired is known from `alerts`, unless the test scripts the query itself.
      const stored = promql.includes('ALERTS') && !fake.answers.has(promql)
      const result = stored
        ? fake.alerts.filter((a) => a.state === 'firing').map((a) => sample(a, now))
        : values.map((value, i) => ({
            metric: {
              __name__: 'm',
              instance: `i${i}`,
              ...(promql.startsWith('count by (service)') ? { service: 'shop' } : {}),
            },
            value: [now, Number.isNaN(value) ? 'NaN' : String(value)],
          }))
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    } else if (url.pathname === '/api/v1/query_range') {
      const promql = url.searchParams.get('query') ?? ''
      const counter = [...fake.counters].find(([name]) => promql.startsWith(name))
      const moments = ['start', 'end'].map((name) => Number(url.searchParams.get(name)))
      const values = moments.map((at, i) => [at, String(counter?.[1][i])])
      const result = counter === undefined ? [] : [{ metric: { __name__: counter[0] }, values }]
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }))
    } else {
      response.end(
        JSON.stringify({
          status: 'success',
          data: { groups: [{ name: 'g', interval: 1, rules: fake.alerts.map(rule) }] },
        }),
      )
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...fake,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function sample({ name, incident }: FakeAlert, now: number): unknown {
  return { metric: { __name__: 'ALERTS', alertname: name, incident, alertstate: 'firing' }, value: [now, '1'] }
}

function rule({ name, incident, severity, state }: FakeAlert): unknown {
  const labels = { alertname: name, incident, severity, service: 'shop' }
  return {
    type: 'alerting',
    name,
    query: 'x',
    duration: 0,
    labels: { incident, severity },
    annotations: { summary: `${name} is bad.` },
    health: 'ok',
    alerts: [{ labels, annotations: { summary: `${name} is bad.` }, state, activeAt: '2026-11-21T03:15:00Z' }],
  }
}
