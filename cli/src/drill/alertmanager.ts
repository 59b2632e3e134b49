import { parse } from 'yaml'
import { z } from 'zod'
import { parseDuration } from '../duration.ts'
import { ANSWER_LIMITS, askJson } from '../http/ask.ts'
import type { Endpoint } from '../http/endpoint.ts'

/** How long Alertmanager waits before it sends, in seconds. */
export interface GroupTimings {
  /** Before the first message about a group. */
  groupWaitSeconds: number
  /** Before a further message when the group changed. */
  groupIntervalSeconds: number
}

/** An alert that Alertmanager has. `suppressed`: silenced or inhibited. */
export interface HeldAlert {
  labels: Record<string, string>
  state: 'active' | 'suppressed' | 'unprocessed'
}

interface Route {
  matchers?: string[] | undefined
  match?: Record<string, string> | undefined
  match_re?: Record<string, string> | undefined
  group_wait?: string | undefined
  group_interval?: string | undefined
  continue?: boolean | undefined
  routes?: Route[] | undefined
}
const text = z.record(z.string(), z.coerce.string()).optional()
const route: z.ZodType<Route> = z.object({
  matchers: z.array(z.string()).optional(),
  match: text,
  match_re: text,
  group_wait: z.string().optional(),
  group_interval: z.string().optional(),
  continue: z.boolean().optional(),
  routes: z.lazy(() => z.array(route)).optional(),
})
const status = z.object({ config: z.object({ original: z.string() }) })
const alerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']) }),
  }),
)

/** The timings that apply to an alert with these labels, from the configuration that Alertmanager has loaded. */
export async function groupTimings(endpoint: Endpoint, labels: Record<string, string>): Promise<GroupTimings> {
  const { config } = await get(endpoint, '/api/v2/status', status)
  const root = z.object({ route }).parse(parse(config.original)).route
  return timingsOf(root, labels)
}

export async function heldAlerts(endpoint: Endpoint): Promise<HeldAlert[]> {
  const held = await get(endpoint, '/api/v2/alerts', alerts)
  return held.map((a) => ({ labels: a.labels, state: a.status.state }))
}

/** Alertmanager's defaults where the configuration says nothing: 30 s and 5 min (its documentation, `<route>`). */
const DEFAULTS: GroupTimings = { groupWaitSeconds: 30, groupIntervalSeconds: 300 }

/** The first child that matches decides, and so on downwards; what it does not say it inherits. */
export function timingsOf(start: Route, labels: Record<string, string>): GroupTimings {
  let timings = DEFAULTS
  let current: Route | undefined = start
  while (current !== undefined) {
    timings = {
      groupWaitSeconds: seconds(current.group_wait) ?? timings.groupWaitSeconds,
      groupIntervalSeconds: seconds(current.group_interval) ?? timings.groupIntervalSeconds,
    }
    current = current.routes?.find((child) => matches(child, labels))
  }
  return timings
}

function matches(candidate: Route, labels: Record<string, string>): boolean {
  const equal = Object.entries(candidate.match ?? {}).every(([k, v]) => (labels[k] ?? '') === v)
  const like = Object.entries(candidate.match_re ?? {}).every(([k, v]) =>
    new RegExp(`^(?:${v})$`).test(labels[k] ?? ''),
  )
  return equal && like && (candidate.matchers ?? []).every((m) => matcherHolds(m, labels))
}

/** One matcher, as Alertmanager writes it: `name = "value"`, with =, !=, =~ or !~. */
function matcherHolds(matcher: string, labels: Record<string, string>): boolean {
  const [, name = '', operator = '', raw = ''] = /^\s*([\w:]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$/.exec(matcher) ?? []
  const value = raw.replace(/^"(.*)"$/, '$1')
  const label = labels[name] ?? ''
  const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(label) : label === value
  return operator.startsWith('!') ? !equal : equal
}

function seconds(duration: string | undefined): number | undefined {
  const ms = duration === undefined ? undefined : parseDuration(duration)
  return ms === undefined ? undefined : ms / 1000
}

function get<S extends z.ZodType>(endpoint: Endpoint, path: string, schema: S): Promise<z.infer<S>> {
  const question = { who: 'Alertmanager', endpoint, path, timeoutMs: 5000, limitBytes: ANSWER_LIMITS.alertmanager }
  return askJson(question, schema, 'Check that it runs (in the lab: drillbook lab status).')
}
