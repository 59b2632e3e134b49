/**
 * What Alertmanager has counted for one integration since it started. `receiver` is undefined where it does not tell
 * receivers apart: before 0.27, and later without its feature `receiver-name-in-metrics`.
 */
export interface Counted {
  integration: string
  receiver: string | undefined
  /** Messages that it began to send. One that is tried again counts once. */
  sent: number
  /** Messages that it gave up. */
  failed: number
  /** Requests that were answered well: only then has a message arrived. */
  answered: number
}

export type Counters = readonly Counted[]

const FAMILIES: Record<string, (counted: Counted, value: number) => void> = {
  alertmanager_notifications_total: (c, value) => {
    c.sent += value
  },
  alertmanager_notifications_failed_total: (c, value) => {
    c.failed += value
  },
  alertmanager_notification_requests_total: (c, value) => {
    c.answered += value
  },
  alertmanager_notification_requests_failed_total: (c, value) => {
    c.answered -= value
  },
}

/** Reads them from the text of `/metrics`. Throws when one of the four counters is not there at all. */
export function parseCounters(exposition: string): Counters {
  const found = new Map<string, Counted>()
  const families = new Set<string>()
  for (const line of exposition.split('\n')) {
    const [, family = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)/.exec(line) ?? []
    const add = FAMILIES[family]
    const integration = labelOf(labels, 'integration')
    if (add === undefined || integration === undefined) continue
    families.add(family)
    const receiver = labelOf(labels, 'receiver_name')
    const key = JSON.stringify([integration, receiver])
    const counted = found.get(key) ?? { integration, receiver, sent: 0, failed: 0, answered: 0 }
    found.set(key, counted)
    add(counted, Number(value))
  }
  const missing = Object.keys(FAMILIES).filter((family) => !families.has(family))
  if (missing.length > 0) throw new Error(`its /metrics has no ${missing.join(', ')}`)
  return [...found.values()]
}

function labelOf(labels: string, name: string): string | undefined {
  const [, value] = new RegExp(`(?:^|,)${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels) ?? []
  return value?.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped))
}
