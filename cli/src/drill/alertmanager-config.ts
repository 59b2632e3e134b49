import { parseDuration } from '@drillbook/content/duration'
import { parse } from 'yaml'
import { z } from 'zod'

export interface Route {
  matchers?: string[] | undefined
  match?: Record<string, string> | undefined
  match_re?: Record<string, string> | undefined
  group_wait?: string | undefined
  group_interval?: string | undefined
  continue?: boolean | undefined
  routes?: Route[] | undefined
}

/** Where Alertmanager sends: a receiver's name and what it sends through, such as `slack` or `webhook`. */
export interface Receiver {
  name: string
  integrations: Integration[]
}

export interface AlertmanagerConfig {
  route: Route
  receivers: Receiver[]
}

export interface Integration {
  name: string
  sendsResolved: boolean
}

/** How long Alertmanager waits before it sends, in seconds. */
export interface GroupTimings {
  /** Before the first message about a group. */
  groupWaitSeconds: number
  /** Before a further message when the group changed. */
  groupIntervalSeconds: number
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
const receiver = z.looseObject({ name: z.string() })
const integrations = z.array(z.looseObject({ send_resolved: z.boolean().optional() }))
const config = z.object({ route, receivers: z.array(receiver).default([]) })

/** The configuration that Alertmanager has loaded, as it tells it itself: with its defaults filled in. */
export function parseConfig(yaml: string): AlertmanagerConfig {
  const read = config.parse(parse(yaml))
  return {
    route: read.route,
    receivers: read.receivers.map((r) => ({ name: r.name, integrations: integrationsOf(r) })),
  }
}

/** `slack_configs` are counted as `slack`, and so on. */
function integrationsOf(receiver: Record<string, unknown>): Integration[] {
  return Object.entries(receiver).flatMap(([key, value]) => {
    const [, name] = /^(\w+)_configs$/.exec(key) ?? []
    const each = integrations.safeParse(value)
    if (name === undefined || !each.success || each.data.length === 0) return []
    return [{ name, sendsResolved: each.data.every((i) => i.send_resolved === true) }]
  })
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
