import { z } from 'zod'
import type { Environment } from '../environment/environment.ts'
import { CliError, messageOf } from '../errors.ts'
import { type Endpoint, headersOf, type PrometheusClient } from '../prometheus/client.ts'

/** One alert that fires. `since` is when its expression first held (UTC, ISO 8601). */
export interface FiringAlert {
  name: string
  severity: string
  service: string
  /** The incident class: the name of the runbook. '' for an alert without one. */
  incident: string
  since: string
  summary: string
  description: string
}

/** What fires now, most severe first, and who said so. */
export interface FiringAlerts {
  source: 'Prometheus' | 'Alertmanager'
  alerts: FiringAlert[]
  /** Does the alert that always fires do so? Undefined when it does not exist there. */
  watchdog?: boolean
}

const WATCHDOG = 'Watchdog'
const SEVERITIES = ['critical', 'warning']
const TIMEOUT_MS = 5000

/** Asks Prometheus, and Alertmanager when that does not answer. Throws `unreachable` when neither does. */
export async function firingAlerts(environment: Environment, prometheus: PrometheusClient): Promise<FiringAlerts> {
  try {
    return await fromPrometheus(prometheus)
  } catch (error) {
    if (!(error instanceof CliError && error.code === 'unreachable') || environment.alertmanager === undefined)
      throw error
    try {
      return { source: 'Alertmanager', alerts: inOrder(await fromAlertmanager(environment.alertmanager)) }
    } catch (second) {
      throw new CliError('unreachable', `${error.message}; Alertmanager neither: ${messageOf(second)}`, {
        cause: second,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      })
    }
  }
}

async function fromPrometheus(prometheus: PrometheusClient): Promise<FiringAlerts> {
  const rules = await prometheus.alertingRules()
  const watchdog = rules.find((rule) => rule.name === WATCHDOG)
  const alerts = rules
    .filter((rule) => rule.name !== WATCHDOG)
    .flatMap((rule) =>
      rule.alerts
        .filter((alert) => alert.state === 'firing')
        .map((alert) => firing(rule.name, alert.labels, alert.annotations, alert.activeAt)),
    )
  return {
    source: 'Prometheus',
    alerts: inOrder(alerts),
    ...(watchdog === undefined ? {} : { watchdog: watchdog.alerts.some((a) => a.state === 'firing') }),
  }
}

const strings = z.record(z.string(), z.string())
const answer = z.array(z.object({ labels: strings, annotations: strings, startsAt: z.string() }))

async function fromAlertmanager(endpoint: Endpoint): Promise<FiringAlert[]> {
  const response = await fetch(`${endpoint.url.replace(/\/$/, '')}/api/v2/alerts?active=true`, {
    headers: headersOf(endpoint),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return answer
    .parse(await response.json())
    .filter((alert) => alert.labels.alertname !== WATCHDOG)
    .map((alert) => firing(alert.labels.alertname ?? '', alert.labels, alert.annotations, alert.startsAt))
}

function firing(
  name: string,
  labels: Record<string, string>,
  annotations: Record<string, string>,
  since: string,
): FiringAlert {
  return {
    name,
    severity: labels.severity ?? '',
    service: labels.service ?? '',
    incident: labels.incident ?? '',
    since: new Date(since).toISOString(),
    summary: annotations.summary ?? '',
    description: annotations.description ?? '',
  }
}

function inOrder(alerts: FiringAlert[]): FiringAlert[] {
  const rank = (a: FiringAlert) => (SEVERITIES.indexOf(a.severity) + SEVERITIES.length + 1) % (SEVERITIES.length + 1)
  return alerts.toSorted((a, b) => rank(a) - rank(b) || a.since.localeCompare(b.since) || a.name.localeCompare(b.name))
}
