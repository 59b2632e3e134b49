import { formatValue } from '@drillbook/content/expectation'
import { thresholdsOf } from '@drillbook/content/rules/promql'
import type { Environment } from '../environment/environment.ts'
import type { AlertingRule, PrometheusClient } from '../prometheus/client.ts'
import { heldAlerts } from './alertmanager.ts'
import { brokenLink, type ChainFacts } from './broken-link.ts'
import { finestStep, momentsOf } from './condition.ts'
import { recordingRules } from './recording-rules.ts'
import { gapsOf } from './selectors.ts'

/**
 * Says which link of the chain from the fault's effect to Slack is broken for an expected alert: a metric without
 * samples, an expression that never held or not for long enough, Alertmanager, or the delivery.
 */
export async function diagnose(
  environment: Environment,
  prometheus: PrometheusClient,
  alert: string,
  from: Date,
  notified: boolean,
): Promise<string> {
  const to = new Date()
  const rule = (await prometheus.alertingRules()).find((r) => r.name === alert)
  const facts: ChainFacts = {
    alert,
    rule: rule && { query: rule.query, forSeconds: rule.durationSeconds, lastError: rule.lastError },
    gaps: [],
    hiddenGaps: [],
    heldSeconds: 0,
    nearest: undefined,
    firedInPrometheus: false,
    alertmanager: await inAlertmanager(environment, alert),
    notified,
  }
  if (rule !== undefined) await lookAtPrometheus(environment, prometheus, rule, from, to, facts)
  return brokenLink(facts)
}

async function lookAtPrometheus(
  environment: Environment,
  prometheus: PrometheusClient,
  rule: AlertingRule,
  from: Date,
  to: Date,
  facts: ChainFacts,
): Promise<void> {
  const step = finestStep(from, to)
  const fired = await prometheus.queryRange(
    `ALERTS{alertname=${JSON.stringify(rule.name)},alertstate="firing"}`,
    from,
    to,
    step,
  )
  facts.firedInPrometheus = fired.length > 0
  if (facts.firedInPrometheus) return
  facts.heldSeconds = longestRun([...momentsOf(await prometheus.queryRange(rule.query, from, to, step)).keys()], step)
  const recordings = await recordingRules(environment.prometheus)
  const hasSamples = async (selector: string) =>
    (await prometheus.queryRange(`count(${selector})`, from, to, Math.max(0.5, step))).length > 0
  facts.gaps = await gapsOf(rule.query, recordings, hasSamples, 'shallow')
  if (facts.gaps.length > 0 || facts.heldSeconds > 0) return
  facts.hiddenGaps = await gapsOf(rule.query, recordings, hasSamples, 'deep')
  facts.nearest = await nearest(prometheus, rule.query, from, to)
}

/** The longest run of moments (milliseconds) that follow each other at the step, in seconds. */
export function longestRun(moments: readonly number[], stepSeconds: number): number {
  let longest = 0
  let start: number | undefined
  let previous: number | undefined
  for (const at of moments.toSorted((a, b) => a - b)) {
    if (start === undefined || previous === undefined || at - previous > stepSeconds * 1500) start = at
    previous = at
    longest = Math.max(longest, at - start + stepSeconds * 1000)
  }
  return longest / 1000
}

/** How near each compared metric came to its threshold. */
async function nearest(
  prometheus: PrometheusClient,
  promql: string,
  from: Date,
  to: Date,
): Promise<string | undefined> {
  const found: string[] = []
  for (const { metrics, operator, value } of thresholdsOf(promql)) {
    const [metric] = metrics
    if (metric === undefined || metrics.length > 1) continue
    const series = await prometheus.queryRange(metric, from, to, Math.max(0.5, finestStep(from, to)))
    const values = series.flatMap((s) => s.points.map(([, v]) => v)).filter((v) => !Number.isNaN(v))
    if (values.length === 0) continue
    const best = operator.startsWith('<')
      ? values.reduce((a, b) => Math.min(a, b))
      : operator.startsWith('>')
        ? values.reduce((a, b) => Math.max(a, b))
        : values.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a))
    found.push(`${metric} came to ${formatValue(best, '')}, needed ${operator} ${value}`)
  }
  return found.length === 0 ? undefined : found.join('; ')
}

async function inAlertmanager(environment: Environment, alert: string): Promise<ChainFacts['alertmanager']> {
  if (environment.alertmanager === undefined) return 'unknown'
  try {
    const held = (await heldAlerts(environment.alertmanager)).filter((a) => a.labels.alertname === alert)
    if (held.length === 0) return 'absent'
    return held.some((a) => a.state === 'active') ? 'active' : 'suppressed'
  } catch {
    // Alertmanager that does not answer is itself the finding.
    return 'unknown'
  }
}
