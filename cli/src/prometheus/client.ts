import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { CliError, messageOf } from '../errors.ts'
import { printable } from '../terminal/printable.ts'

/** How to reach one HTTP service of the environment. Paths are absolute. */
export interface Endpoint {
  url: string
  tokenFile?: string | undefined
  headers?: Record<string, string> | undefined
}

/** One series of an instant vector. `timestamp` in Unix seconds. */
export interface Sample {
  labels: Record<string, string>
  value: number
  timestamp: number
}

/** One series of a range query: [Unix seconds, value] pairs in time order. */
export interface Series {
  labels: Record<string, string>
  points: [number, number][]
}

/** An alerting rule as Prometheus reports it. Durations in seconds. */
export interface AlertingRule {
  name: string
  query: string
  durationSeconds: number
  keepFiringForSeconds: number
  groupIntervalSeconds: number
  labels: Record<string, string>
  annotations: Record<string, string>
  health: string
  lastError: string
  alerts: ActiveAlert[]
}

/** `activeAt` is when the expression first held (RFC 3339). */
export interface ActiveAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
  state: 'pending' | 'firing'
  activeAt: string
}

const point = z.tuple([z.number(), z.string()])
const vector = z.array(z.object({ metric: z.record(z.string(), z.string()), value: point }))
const matrix = z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(point) }))
const activeAlert = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  state: z.enum(['pending', 'firing']),
  activeAt: z.string(),
})
const queryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: vector }),
  z.object({ resultType: z.literal('matrix'), result: matrix }),
  z.object({ resultType: z.literal('scalar'), result: point }),
  z.object({ resultType: z.literal('string'), result: point }),
])
const rulesData = z.object({
  groups: z.array(
    z.object({
      interval: z.number(),
      rules: z.array(
        z.object({
          type: z.string(),
          name: z.string(),
          query: z.string(),
          duration: z.number().default(0),
          keepFiringFor: z.number().default(0),
          labels: z.record(z.string(), z.string()).default({}),
          annotations: z.record(z.string(), z.string()).default({}),
          health: z.string().default('unknown'),
          lastError: z.string().default(''),
          alerts: z.array(activeAlert).default([]),
        }),
      ),
    }),
  ),
})

/** Prometheus says NaN, +Inf and -Inf as words. */
function toNumber(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

/**
 * Prometheus's HTTP API, the few calls that we need. Each call times out after `timeoutMs`.
 * Throws `unreachable` when it does not answer, `usage` when it refuses the query.
 */
export class PrometheusClient {
  private readonly endpoint: Endpoint
  private readonly timeoutMs: number

  constructor(endpoint: Endpoint, timeoutMs = 10_000) {
    this.endpoint = endpoint
    this.timeoutMs = timeoutMs
  }

  /** An instant vector; a scalar comes as one sample without labels. `at`: evaluation time, default now. */
  async query(promql: string, at?: Date): Promise<Sample[]> {
    const params: Record<string, string> = { query: promql }
    if (at !== undefined) params.time = String(at.getTime() / 1000)
    const data = queryData.parse(await this.get('/api/v1/query', params))
    switch (data.resultType) {
      case 'vector':
        return data.result.map((s) => ({ labels: s.metric, timestamp: s.value[0], value: toNumber(s.value[1]) }))
      case 'scalar':
        return [{ labels: {}, timestamp: data.result[0], value: toNumber(data.result[1]) }]
      default:
        throw new CliError('usage', `the query gives a ${data.resultType}, not a value at one moment: ${promql}`)
    }
  }

  async queryRange(promql: string, from: Date, to: Date, stepSeconds: number): Promise<Series[]> {
    const data = queryData.parse(
      await this.get('/api/v1/query_range', {
        query: promql,
        start: String(from.getTime() / 1000),
        end: String(to.getTime() / 1000),
        step: String(stepSeconds),
      }),
    )
    if (data.resultType !== 'matrix') throw new CliError('usage', `not a range query: ${promql}`)
    return data.result.map((s) => ({
      labels: s.metric,
      points: s.values.map(([t, v]): [number, number] => [t, toNumber(v)]),
    }))
  }

  /**
   * Every alert that its rules know, with what is pending or firing now. Rules of one name (a warning and a critical one) are
   * one alert: the expression is that of the first, which by convention is the one that fires first.
   */
  async alertingRules(): Promise<AlertingRule[]> {
    const data = rulesData.parse(await this.get('/api/v1/rules', { type: 'alert' }))
    const rules = data.groups.flatMap((group) =>
      group.rules
        .filter((rule) => rule.type === 'alerting')
        .map((rule) => ({
          name: rule.name,
          query: rule.query,
          durationSeconds: rule.duration,
          keepFiringForSeconds: rule.keepFiringFor,
          groupIntervalSeconds: group.interval,
          labels: rule.labels,
          annotations: rule.annotations,
          health: rule.health,
          lastError: rule.lastError,
          alerts: rule.alerts,
        })),
    )
    return [...Map.groupBy(rules, (rule) => rule.name).values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, alerts: [first, ...others].flatMap((rule) => rule.alerts) }],
    )
  }

  private async get(path: string, params: Record<string, string>): Promise<unknown> {
    const url = new URL(this.endpoint.url.replace(/\/$/, '') + path)
    url.search = new URLSearchParams(params).toString()
    let response: Response
    let body: unknown
    try {
      response = await fetch(url, { headers: headersOf(this.endpoint), signal: AbortSignal.timeout(this.timeoutMs) })
      body = await response.json()
    } catch (error) {
      throw new CliError('unreachable', `Prometheus at ${this.endpoint.url} does not answer: ${messageOf(error)}`, {
        cause: error,
        hint: 'Check that it runs (in the lab: drillbook lab status) and that `prometheus.url` in the environment file is right.',
      })
    }
    const answer = z
      .object({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() })
      .safeParse(body)
    if (answer.success && answer.data.status === 'success') return answer.data.data
    const reason = answer.success ? (answer.data.error ?? `status ${response.status}`) : `status ${response.status}`
    throw new CliError(
      response.status === 400 || response.status === 422 ? 'usage' : 'unreachable',
      `Prometheus says: ${printable(reason)}`,
    )
  }
}

/** The request headers of an endpoint: its own, plus the bearer token read from its file at this moment. */
export function headersOf(endpoint: Endpoint): Record<string, string> {
  if (endpoint.tokenFile === undefined) return { ...endpoint.headers }
  return { ...endpoint.headers, authorization: `Bearer ${readSecret(endpoint.tokenFile)}` }
}

/** A secret from its file, without the newline that editors add. The secret itself is in no message. */
export function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CliError('usage', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      hint: 'Is the environment up, and may this user read it?',
    })
  }
}
