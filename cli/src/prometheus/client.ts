import { CliError } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { z } from 'zod'
import { ANSWER_LIMITS, type Answer, ask, checkShape, noAnswer, parseAnswer } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'

export { type Endpoint, headersOf } from '../http/endpoint.ts'
export { readSecret } from '../secret.ts'

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
  activeAt: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not a time'),
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

const envelope = z.object({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() })
const HINT =
  'Check that it runs (in the lab: drillbook lab status) and that `prometheus.url` in the environment file is right.'

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
    const data = await this.get('/api/v1/query', params, queryData)
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
    const params = {
      query: promql,
      start: String(from.getTime() / 1000),
      end: String(to.getTime() / 1000),
      step: String(stepSeconds),
    }
    const data = await this.get('/api/v1/query_range', params, queryData)
    if (data.resultType !== 'matrix') throw new CliError('usage', `not a range query: ${promql}`)
    return data.result.map((s) => ({
      labels: s.metric,
      points: s.values.map(([t, v]): [number, number] => [t, toNumber(v)]),
    }))
  }

  /**
   * Every alert that its rules know, with what is pending or firing now. Rules of one name (a warning and a critical
   * one) are one alert: the expression is that of the first, which by convention is the one that fires first.
   */
  async alertingRules(): Promise<AlertingRule[]> {
    const data = await this.get('/api/v1/rules', { type: 'alert' }, rulesData)
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

  private async get<S extends z.ZodType>(path: string, params: Record<string, string>, schema: S): Promise<z.infer<S>> {
    const question = {
      who: 'Prometheus',
      endpoint: this.endpoint,
      path,
      params,
      timeoutMs: this.timeoutMs,
      limitBytes: ANSWER_LIMITS.prometheus,
    }
    let answer: Answer
    let said: z.infer<typeof envelope>
    try {
      answer = await ask(question)
      said = parseAnswer(answer.text, envelope)
      if (said.status === 'success') return checkShape(said.data, schema)
    } catch (error) {
      throw error instanceof CliError ? error : noAnswer(question, error, HINT)
    }
    throw new CliError(
      answer.status === 400 || answer.status === 422 ? 'usage' : 'unreachable',
      `Prometheus says: ${printable(said.error ?? `status ${answer.status}`)}`,
    )
  }
}
