import { z } from 'zod'
import type { Ports } from '../parts/ports.ts'
import type { Probe } from '../parts/probe.ts'

/** With fewer visitors most lookups are the first of their key within the life of a copy. */
const WARMING_JOURNEYS_PER_SECOND = 5

/** What makes the lab one whole: read from Prometheus, as the drills do. In the order in which they come true. */
export function wholeLabProbes(ports: Ports, journeysPerSecond: number): { name: string; probe: Probe }[] {
  const prometheus = `http://127.0.0.1:${ports.prometheus}`
  return [
    { name: 'every target scraped', probe: () => targetsUp(prometheus) },
    { name: 'every rule evaluated', probe: () => rulesEvaluated(prometheus) },
    {
      name: 'traffic valid',
      probe: () => holdsIn(prometheus, 'min(traffic_valid) == 1', 'the traffic is not valid yet'),
    },
    ...(journeysPerSecond < WARMING_JOURNEYS_PER_SECOND
      ? []
      : [{ name: 'cache warm', probe: () => cacheWarm(prometheus) }]),
    { name: 'alerts delivered', probe: () => heartbeatReceived(`http://127.0.0.1:${ports.slack}`) },
  ]
}

/** Half is far below the usual 99 %: enough to know that cache, application and rules work together. */
async function cacheWarm(prometheus: string): Promise<string | undefined> {
  return await holdsIn(prometheus, 'min(cache:hit_ratio) > 0.5', 'the cache does not hit yet')
}

const targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ labels: z.record(z.string(), z.string()), health: z.string(), lastError: z.string() }),
    ),
  }),
})

async function targetsUp(prometheus: string): Promise<string | undefined> {
  const answer = targets.parse(await get(`${prometheus}/api/v1/targets?state=active`))
  if (answer.data.activeTargets.length === 0) return 'Prometheus has read no targets yet'
  const down = answer.data.activeTargets.filter((t) => t.health !== 'up')
  if (down.length === 0) return undefined
  return `not scraped yet: ${down.map((t) => `${t.labels.instance}${t.lastError ? ` (${t.lastError})` : ''}`).join(', ')}`
}

/** Ready when Prometheus scrapes exactly these instances of the API. */
export function instancesScraped(ports: Ports, names: readonly string[]): Probe {
  return async () => {
    const answer = targets.parse(await get(`http://127.0.0.1:${ports.prometheus}/api/v1/targets?state=active`))
    const api = answer.data.activeTargets.filter((t) => t.labels.service === 'reference-app')
    const found = api.filter((t) => t.health === 'up').map((t) => t.labels.instance)
    const missing = names.filter((name) => !found.includes(name))
    if (missing.length > 0) return `not scraped yet: ${missing.join(', ')}`
    return api.length === names.length ? undefined : 'it still scrapes an instance that is gone'
  }
}

const rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
})

async function rulesEvaluated(prometheus: string): Promise<string | undefined> {
  const all = rules.parse(await get(`${prometheus}/api/v1/rules`)).data.groups.flatMap((g) => g.rules)
  if (all.length === 0) return 'Prometheus has loaded no rules'
  const failing = all.find((r) => r.health !== 'ok')
  return failing === undefined ? undefined : `${failing.name} is ${failing.health} ${failing.lastError ?? ''}`.trim()
}

const vector = z.object({ data: z.object({ result: z.array(z.unknown()) }) })

async function holdsIn(prometheus: string, promql: string, otherwise: string): Promise<string | undefined> {
  const answer = vector.parse(await get(`${prometheus}/api/v1/query?query=${encodeURIComponent(promql)}`))
  return answer.data.result.length > 0 ? undefined : otherwise
}

const heartbeats = z.object({ heartbeats: z.array(z.unknown()) })

/** The Watchdog has come all the way: Prometheus, Alertmanager, receiver. */
async function heartbeatReceived(slack: string): Promise<string | undefined> {
  const answer = heartbeats.parse(await get(`${slack}/heartbeats`))
  return answer.heartbeats.length > 0 ? undefined : 'no Watchdog has come through yet'
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  return response.json()
}
