import { z } from 'zod'
import { CliError, messageOf } from '../errors.ts'
import { type Endpoint, headersOf } from '../prometheus/client.ts'
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
export async function loadedConfig(endpoint: Endpoint): Promise<AlertmanagerConfig> {
  return parseConfig(status.parse(await json(endpoint, '/api/v2/status')).config.original)
}

export async function heldAlerts(endpoint: Endpoint): Promise<HeldAlert[]> {
  const held = alerts.parse(await json(endpoint, '/api/v2/alerts'))
  return held.map((a) => ({ labels: a.labels, state: a.status.state, receivers: a.receivers.map((r) => r.name) }))
}

/** What it has counted since it started. */
export async function counters(endpoint: Endpoint): Promise<Counters> {
  return get(endpoint, '/metrics', async (response) => parseCounters(await response.text()))
}

function json(endpoint: Endpoint, path: string): Promise<unknown> {
  return get(endpoint, path, (response) => response.json())
}

async function get<T>(endpoint: Endpoint, path: string, read: (response: Response) => Promise<T>): Promise<T> {
  try {
    const response = await fetch(endpoint.url.replace(/\/$/, '') + path, {
      headers: headersOf(endpoint),
      signal: AbortSignal.timeout(5000),
    })
    if (!response.ok) throw new Error(`${path} answered status ${response.status}`)
    return await read(response)
  } catch (error) {
    throw new CliError('unreachable', `Alertmanager at ${endpoint.url} cannot be asked: ${messageOf(error)}`, {
      cause: error,
      hint: 'Check that it runs (in the lab: drillbook lab status).',
    })
  }
}
