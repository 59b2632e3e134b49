import { CliError } from '@drillbook/content/errors'
import { z } from 'zod'
import type { Environment } from '../environment/environment.ts'
import { ANSWER_LIMITS, askJson } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'
import type { PrometheusClient } from '../prometheus/client.ts'

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
  /** Alertmanager only has the alerts that it last received, and drops those that are not sent again. */
  source: 'Prometheus' | 'Alertmanager'
  alerts: FiringAlert[]
  /** Sources that could not be asked: an alert may be missing, or its notification. */
  silent: { who: 'Prometheus' | 'Alertmanager'; why: string }[]
  /** Does the alert that always fires do so? Undefined when it does not exist there. */
  watchdog?: boolean
  /** Prometheus has no alerting rule at all. */
  noRules?: boolean
}

const WATCHDOG = 'Watchdog'
const SEVERITIES = ['critical', 'warning']
const TIMEOUT_MS = 5000

/** Asks Prometheus and, if the environment has one, Alertmanager. Throws `unreachable` when none answers. */
export async function firingAlerts(environment: Environment, prometheus: PrometheusClient): Promise<FiringAlerts> {
  const { alertmanager } = environment
  const [rules, held] = await Promise.allSettled([
    alertsInPrometheus(prometheus),
    alertmanager === undefined ? undefined : fromAlertmanager(alertmanager),
  ])
  if (rules.status === 'fulfilled') {
    const silent = held.status === 'rejected' ? [{ who: 'Alertmanager' as const, why: whyOf(held.reason) }] : []
    return { source: 'Prometheus', ...rules.value, silent }
  }
  const why = whyOf(rules.reason)
  if (held.status === 'rejected') {
    const { hint } = rules.reason
    throw new CliError('unreachable', `${why}; ${whyOf(held.reason)}`, {
      cause: rules.reason,
      ...(hint === undefined ? {} : { hint }),
    })
  }
  if (held.value === undefined) throw rules.reason
  return { source: 'Alertmanager', alerts: inOrder(held.value), silent: [{ who: 'Prometheus', why }] }
}

/** The sentence of a person's error; throws any other one again. */
function whyOf(error: unknown): string {
  if (error instanceof CliError) return error.message
  throw error
}

/** What Prometheus's own rules say. Throws as the client does. */
export async function alertsInPrometheus(
  prometheus: PrometheusClient,
): Promise<Pick<FiringAlerts, 'alerts' | 'watchdog' | 'noRules'>> {
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
    alerts: inOrder(alerts),
    ...(rules.length === 0 ? { noRules: true } : {}),
    ...(watchdog === undefined ? {} : { watchdog: watchdog.alerts.some((a) => a.state === 'firing') }),
  }
}

const strings = z.record(z.string(), z.string())
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not a time')
const answer = z.array(z.object({ labels: strings, annotations: strings, startsAt: time }))

async function fromAlertmanager(endpoint: Endpoint): Promise<FiringAlert[]> {
  const held = await askJson(
    {
      who: 'Alertmanager',
      endpoint,
      path: '/api/v2/alerts',
      params: { active: 'true' },
      timeoutMs: TIMEOUT_MS,
      limitBytes: ANSWER_LIMITS.alertmanager,
    },
    answer,
  )
  return held
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
