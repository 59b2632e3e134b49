import type { AlertmanagerConfig, Integration, Receiver } from './alertmanager-config.ts'
import type { Counters } from './alertmanager-counters.ts'

/** Whether something is shown by evidence; `text` is the evidence, or what is missing. */
export type Proof = { proven: true; at: Date; text: string } | { proven: false; text: string }

/** One way out of Alertmanager: a receiver and one of its integrations. */
export interface Exit extends Integration {
  receiver: string
}

/** How far counters rose. */
export interface Rise {
  sent: number
  failed: number
  answered: number
}

/**
 * The exits of these receivers that count as delivery: Slack where a receiver has it (an additional webhook is no
 * message to people), else all that there are.
 */
export function exitsOf({ receivers }: AlertmanagerConfig, names: ReadonlySet<string>): Exit[] {
  const exits = receivers.filter((r) => names.has(r.name)).flatMap(exitsOfOne)
  const slack = exits.filter((exit) => exit.name === 'slack')
  return slack.length > 0 ? slack : exits
}

function exitsOfOne(receiver: Receiver): Exit[] {
  return receiver.integrations.map((integration) => ({ ...integration, receiver: receiver.name }))
}

/**
 * Why the counters of these exits cannot be told from those of others; undefined when they can. An Alertmanager that
 * counts by integration only mixes all receivers that share one.
 */
export function mixedWith(
  { receivers }: AlertmanagerConfig,
  exits: readonly Exit[],
  counters: Counters,
): string | undefined {
  for (const { name } of exits) {
    if (!counters.some((c) => c.integration === name && c.receiver === undefined)) continue
    const others = receivers.filter(
      (r) => r.integrations.some((i) => i.name === name) && !exits.some((exit) => exit.receiver === r.name),
    )
    if (others.length === 0) continue
    const names = others.map((r) => r.name).join(', ')
    return `Alertmanager counts ${name} for all receivers together, and ${names} has it, too: set slack.received, or its feature receiver-name-in-metrics`
  }
  return undefined
}

/** Undefined: a counter fell, so Alertmanager was restarted in between. */
export function riseOf(exits: readonly Exit[], from: Counters, to: Counters): Rise | undefined {
  const [before, after] = [sumOf(exits, from), sumOf(exits, to)]
  const rise = {
    sent: after.sent - before.sent,
    failed: after.failed - before.failed,
    answered: after.answered - before.answered,
  }
  return Object.values(rise).some((value) => value < 0) ? undefined : rise
}

/** An exit that is not there has not counted anything yet. */
function sumOf(exits: readonly Exit[], counters: Counters): Rise {
  const sum = { sent: 0, failed: 0, answered: 0 }
  for (const { integration, receiver, sent, failed, answered } of counters) {
    const isOurs = exits.some((e) => e.name === integration && (receiver === undefined || receiver === e.receiver))
    if (!isOurs) continue
    sum.sent += sent
    sum.failed += failed
    sum.answered += answered
  }
  return sum
}

/**
 * Everything that was begun was answered well, and there was something. `sent` alone says nothing: Alertmanager counts
 * it before it tries, and `failed` only when it gives up, up to a `group_interval` later.
 */
export function allArrived(rise: Rise): boolean {
  return rise.sent > 0 && rise.failed === 0 && rise.answered === rise.sent
}

/** `Alertmanager's counters: slack sent +2, failed +0`. */
export function riseText(exits: readonly Exit[], { sent, failed, answered }: Rise): string {
  const names = [...new Set(exits.map((exit) => exit.name))].join(' and ')
  const open = sent - failed - answered
  const pending = open > 0 ? `, ${open} without a good answer so far` : ''
  return `Alertmanager's counters: ${names} sent +${sent}, failed +${failed}${pending}`
}
