import { CliError } from '@drillbook/content/errors'
import { z } from 'zod'
import { ANSWER_LIMITS, ask, noAnswer, parseAnswer } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { type AlertmanagerConfig, type GroupTimings, parseConfig, timingsOf } from './alertmanager-config.ts'
import { type Counters, parseCounters } from './alertmanager-counters.ts'

/** An alert that Alertmanager has. `suppressed`: silenced or inhibited. */
export interface HeldAlert {
  labels: Record<string, string>
  state: 'active' | 'suppressed' | 'unprocessed'
  /** The names of the receivers that its route leads to. */
  receivers: string[]
}

const status = z.object({ config: z.object({ original: z.string() }) })
const alerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
    receivers: z.array(z.object({ name: z.string() })).default([]),
  }),
)

/** The timings that apply to an alert with these labels, from the configuration that Alertmanager has loaded. */
export async function groupTimings(endpoint: Endpoint, labels: Record<string, string>): Promise<GroupTimings> {
  return timingsOf((await loadedConfig(endpoint)).route, labels)
}

/** The configuration that Alertmanager has loaded. */
export function loadedConfig(endpoint: Endpoint): Promise<AlertmanagerConfig> {
  return get(endpoint, '/api/v2/status', (text) => parseConfig(parseAnswer(text, status).config.original))
}

export async function heldAlerts(endpoint: Endpoint): Promise<HeldAlert[]> {
  const held = await get(endpoint, '/api/v2/alerts', (text) => parseAnswer(text, alerts))
  return held.map((a) => ({ labels: a.labels, state: a.status.state, receivers: a.receivers.map((r) => r.name) }))
}

/** What it has counted since it started. */
export function counters(endpoint: Endpoint): Promise<Counters> {
  return get(endpoint, '/metrics', parseCounters)
}

async function get<T>(endpoint: Endpoint, path: string, read: (text: string) => T): Promise<T> {
  const question = { who: 'Alertmanager', endpoint, path, timeoutMs: 5000, limitBytes: ANSWER_LIMITS.alertmanager }
  try {
    const { ok, status: code, text } = await ask(question)
    if (!ok) throw new Error(`${path} answered status ${code}`)
    return read(text)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw noAnswer(question, error, 'Check that it runs (in the lab: drillbook lab status).')
  }
}
