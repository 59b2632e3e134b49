import type { Gap } from './selectors.ts'

/** What was found about an expected alert that did not get through, along its chain. */
export interface ChainFacts {
  alert: string
  /** Undefined: Prometheus has no such rule. */
  rule: { query: string; forSeconds: number; lastError: string } | undefined
  /** What the rule reads and that has no samples. */
  gaps: Gap[]
  /** The same, below recorded names that do have samples. */
  hiddenGaps: Gap[]
  /** The longest time for which the expression held without a break; 0: never. */
  heldSeconds: number
  /** How near it came: `cache:errors:rate1m reached 12, needed >= 100`. */
  nearest: string | undefined
  firedInPrometheus: boolean
  alertmanager: 'active' | 'suppressed' | 'absent' | 'unknown'
  notified: boolean
}

/** The first link of the chain that is broken, as one sentence for a person who has to mend it. */
export function brokenLink(facts: ChainFacts): string {
  const { alert, rule } = facts
  if (rule === undefined) return `${alert}: Prometheus has no rule of that name: were the rules compiled and loaded?`
  if (facts.firedInPrometheus) return afterPrometheus(facts)
  if (rule.lastError !== '') return `${alert}: its rule cannot be evaluated: ${rule.lastError}`
  if (facts.gaps.length > 0) return `${alert}: its expression has nothing to read: ${list(facts.gaps)}`
  if (facts.heldSeconds === 0) {
    const near = facts.nearest === undefined ? '' : ` (${facts.nearest})`
    const hidden = facts.hiddenGaps.length === 0 ? '' : `; below it, ${list(facts.hiddenGaps)}`
    return `${alert}: its expression never held: ${oneLine(rule.query)}${near}${hidden}`
  }
  if (facts.heldSeconds < rule.forSeconds) {
    return `${alert}: its expression held for ${round(facts.heldSeconds)} s at most, but has to hold for ${round(rule.forSeconds)} s`
  }
  return `${alert}: its expression held for ${round(facts.heldSeconds)} s, as long as it has to, yet Prometheus did not fire it: does it evaluate its rules in time?`
}

function afterPrometheus({ alert, alertmanager, notified }: ChainFacts): string {
  switch (alertmanager) {
    case 'absent':
      return `${alert}: it fires in Prometheus, but Alertmanager has not got it: is Prometheus configured to send to it?`
    case 'suppressed':
      return `${alert}: it fires and Alertmanager has it, but a silence or an inhibition mutes it`
    case 'unknown':
      return `${alert}: it fires in Prometheus, but Alertmanager does not answer`
    case 'active':
      return notified
        ? `${alert}: it fired and was delivered, but later than the drill's limit`
        : `${alert}: it fires and Alertmanager has it, but its Slack message was not delivered: look at the receiver and at Alertmanager's log`
  }
}

function list(gaps: readonly Gap[]): string {
  return gaps
    .map(({ selector, via, inputsExist }) => {
      const path = via.length === 0 ? '' : ` (read through ${via.join(' -> ')})`
      const why = inputsExist
        ? ' although what it is computed from has samples'
        : ': is the metric renamed or not scraped?'
      return `${selector} has no samples${path}${why}`
    })
    .join('; ')
}

function oneLine(promql: string): string {
  return promql.replace(/\s+/g, ' ').trim()
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
