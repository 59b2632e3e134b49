import { type ComparisonOperator, PromqlError } from '@drillbook/content/rules/promql'
import { comparisonAtTop } from '../promql/comparison.ts'
import type { Rules } from './rule-files.ts'
import { RulesError } from './rules-error.ts'

/** Where an alert starts, read from its rule. */
export interface Threshold {
  alert: string
  /** The recorded name that the alert compares. */
  metric: string
  operator: ComparisonOperator
  /** In the metric's unit; a factor of `times` when that is there. */
  value: number
  times?: string
  severity: 'warning' | 'critical'
  /** How long the condition must hold before the alert fires: a Prometheus duration. */
  for: string
  incident: string
  /** Path of the runbook from the drillbook's root. */
  runbook: string
}

/** The alerts whose thresholds are drawn, and what each must compare: a panel must not draw a line for another metric. */
const DRAWN = {
  cacheDown: { alert: 'CacheDown', metric: 'cache:up' },
  cacheErrors: { alert: 'CacheErrorsHigh', metric: 'cache:errors:rate1m' },
  hitRate: { alert: 'CacheHitRateZero', metric: 'cache:hit_ratio' },
  databaseLoad: { alert: 'DatabaseLoadHigh', metric: 'db:transactions:rate1m', times: 'db:transactions:normal' },
  apiLatency: { alert: 'ApiLatencyHigh', metric: 'service:http_request_duration_seconds:mean1m' },
} as const satisfies Record<string, Drawn>

interface Drawn {
  alert: string
  metric: string
  times?: string
}

export type Thresholds = Readonly<Record<keyof typeof DRAWN, Threshold>>

/** The number in every drawn alert's expression. Throws RulesError with all that is missing or of another shape. */
export function readThresholds(rules: Rules): Thresholds {
  const problems: string[] = []
  const read = (wanted: Drawn): Threshold => {
    const result = readThreshold(rules, wanted)
    if (typeof result !== 'string') return result
    problems.push(`${wanted.alert}: ${result}`)
    return { ...wanted, operator: '>=', value: Number.NaN, severity: 'warning', for: '0s', incident: '', runbook: '' }
  }
  const thresholds = mapValues(DRAWN, read)
  if (problems.length > 0) throw new RulesError(problems)
  return thresholds
}

function mapValues<K extends string, V, W>(object: Readonly<Record<K, V>>, map: (value: V) => W): Record<K, W> {
  const entries: [string, W][] = Object.entries<V>(object).map(([key, value]) => [key, map(value)])
  return Object.fromEntries(entries) as Record<K, W>
}

/** The threshold, or the sentence that says what is wrong with the rule. */
function readThreshold(rules: Rules, wanted: Drawn): Threshold | string {
  const rule = rules.alerts.get(wanted.alert)
  if (rule === undefined) return 'no such alert in the rule files'
  const severity = rule.labels.severity
  if (severity !== 'warning' && severity !== 'critical') return `severity ${severity} is neither warning nor critical`
  const { incident } = rule.labels
  if (incident === undefined) return 'no incident label'
  const { runbook_url: runbook } = rule.annotations
  if (runbook === undefined) return 'no runbook_url annotation'
  try {
    const comparison = comparisonAtTop(rule.expr)
    if (comparison === undefined) return `no number is compared at the top of: ${rule.expr}`
    const { left, operator, value, times } = comparison
    if (left !== wanted.metric) return `compares ${left}, but the panel shows ${wanted.metric}`
    if (times !== wanted.times)
      return `compares with ${value} * ${times ?? 1}, but the panel draws ${wanted.times ?? 'a number'}`
    return { ...wanted, operator, value, severity, for: rule.for, incident, runbook }
  } catch (error) {
    if (error instanceof PromqlError) return error.message
    throw error
  }
}
