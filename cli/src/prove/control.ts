import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '@drillbook/content/duration'
import { CliError, messageOf } from '@drillbook/content/errors'
import { ask } from '../drill/condition.ts'
import { Lease } from '../drill/lease.ts'
import { type Environment, scaledMs } from '../environment/environment.ts'
import type { KeeperClient } from '../keeper/client.ts'
import type { AlertingRule, PrometheusClient } from '../prometheus/client.ts'
import { waitUntil } from '../prometheus/wait-until.ts'
import type { Control } from './control-file.ts'
import type { ProofRun, ProofVerdict } from './proof.ts'

export interface ControlRun {
  environment: Environment
  prometheus: PrometheusClient
  keeper: KeeperClient
  control: Control
  signal: AbortSignal
  /** Told what happens, one sentence each. */
  say(text: string): void
}

/** Always firing, by design: the evidence that an alert would have been seen. */
const HEARTBEAT = 'Watchdog'
const POLL_MS = 250
/** A Prometheus that is silent for longer may have hidden an alert: six scrapes. At speed 1. */
const SILENT_MS = 60_000
/** How long the system may take to become quiet, before and after. At speed 1. */
const QUIET_MS = 10 * 60_000
const LEASE_SECONDS = 15

/** What was seen while the control lasted. */
interface Seen {
  fired: Set<string>
  confirmed: Set<string>
  /** What each condition gave last, for the sentence that says it never held. */
  last: Map<string, string>
  invalid: string | undefined
  /** Since when the load generator has no samples, in milliseconds since the epoch; undefined while it has. */
  trafficSilentSince: number | undefined
  unproven: string | undefined
}

/** Runs a control to its end and undoes what it started. Throws `interrupted` on abort, after the undo. */
export async function runControl(run: ControlRun): Promise<ProofRun> {
  const { control, environment } = run
  const startedAt = new Date()
  const ended = await judged(run)
  return {
    name: control.name,
    kind: 'control',
    incident: null,
    environment: environment.name,
    speed: environment.speed,
    startedAt: startedAt.toISOString(),
    ...ended,
    expected: [],
    delivered: false,
    mended: false,
    resolved: false,
    seconds: null,
    overheadSeconds: null,
  }
}

type Judged = Pick<ProofRun, 'verdict' | 'reasons' | 'fired' | 'unexpected'>

async function judged(run: ControlRun): Promise<Judged> {
  const { control } = run
  const before = await becomeQuiet(run)
  if (before !== undefined) return verdict('invalid', [`not quiet before it: ${before}`], new Set(), control)
  const seen = await watch(run)
  const after = await becomeQuiet(run)
  const unexpected = [...seen.fired].filter((alert) => !control.allowed.includes(alert))
  const reasons = [
    ...unexpected.sort().map((alert) => `${alert} fired`),
    ...(seen.unproven === undefined ? [] : [`not proven: ${seen.unproven}`]),
    ...control.confirm
      .filter(({ name }) => !seen.confirmed.has(name))
      .map(({ name }) => `not proven: ${name} never held; last: ${seen.last.get(name) ?? 'no answer'}`),
    ...(after === undefined ? [] : [`not quiet after it: ${after}`]),
  ]
  if (seen.invalid !== undefined) return verdict('invalid', [seen.invalid, ...reasons], seen.fired, control)
  return verdict(reasons.length === 0 ? 'passed' : 'failed', reasons, seen.fired, control)
}

function verdict(is: ProofVerdict, reasons: string[], fired: ReadonlySet<string>, { allowed }: Control): Judged {
  const all = [...fired].sort()
  return { verdict: is, reasons, fired: all, unexpected: all.filter((alert) => !allowed.includes(alert)) }
}

/** Starts the faults, looks on for as long as the control lasts, and ends them, whatever happens meanwhile. */
async function watch(run: ControlRun): Promise<Seen> {
  const { control, keeper, say } = run
  if (control.faults.length === 0) return await lookOn(run, undefined)
  const session = await keeper.open({
    drill: `control.${control.name}`,
    incident: 'monitoring',
    rollbacks: [],
    leaseSeconds: LEASE_SECONDS,
    hardLimitSeconds: Math.ceil(control.lastsMs / 1000) + 300,
  })
  const lease = new Lease(keeper, session)
  try {
    for (const fault of control.faults) {
      await keeper.inject(session.id, fault)
      say(`started ${fault}`)
    }
    return await lookOn(run, lease)
  } finally {
    lease.stop()
    const left = (await keeper.end(session.id)).filter((undo) => !undo.ok)
    if (left.length > 0)
      say(`NOT undone: ${left.map((undo) => undo.what).join(', ')}; drillbook drill undo tries again`)
    else say(`ended ${control.faults.join(', ')}`)
  }
}

async function lookOn(run: ControlRun, lease: Lease | undefined): Promise<Seen> {
  const { control, environment, prometheus, signal } = run
  const seen: Seen = {
    fired: new Set(),
    confirmed: new Set(),
    last: new Map(),
    invalid: undefined,
    trafficSilentSince: undefined,
    unproven: undefined,
  }
  const from = Date.now()
  let answeredAt = from
  while (Date.now() - from < control.lastsMs) {
    await sleep(POLL_MS, undefined, { signal }).catch(asInterrupted(signal))
    if (lease?.lost !== undefined) seen.invalid ??= `the keeper ended it: ${lease.lost}`
    if (seen.invalid !== undefined) return seen
    try {
      await look(run, seen)
      answeredAt = Date.now()
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      const silentMs = Date.now() - answeredAt
      if (silentMs > scaledMs(environment, SILENT_MS))
        seen.unproven ??= `nobody answered for ${formatDuration(silentMs)}: ${messageOf(error)}`
    }
  }
  const seconds = Math.max(1, Math.round((Date.now() - from) / 1000))
  const names = await storedAlerts(prometheus, seconds)
  if (names === undefined) {
    seen.unproven ??= 'Prometheus does not answer at the end'
    return seen
  }
  if (!names.delete(HEARTBEAT)) seen.unproven ??= `the ${HEARTBEAT} did not fire: an alert would not have been seen`
  for (const name of names) seen.fired.add(name)
  return seen
}

/**
 * Every alert that fired in the last so many seconds, as Prometheus has stored it; undefined when it cannot be asked.
 */
async function storedAlerts(prometheus: PrometheusClient, seconds: number): Promise<Set<string> | undefined> {
  try {
    const stored = await prometheus.query(`max_over_time(ALERTS{alertstate="firing"}[${seconds}s])`)
    return new Set(stored.map((sample) => sample.labels.alertname ?? ''))
  } catch (error) {
    if (error instanceof CliError && error.code === 'unreachable') return undefined
    throw error
  }
}

async function look({ prometheus, environment, control, say }: ControlRun, seen: Seen): Promise<void> {
  for (const rule of firing(await prometheus.alertingRules())) {
    if (!seen.fired.has(rule)) say(`${rule} fires${control.allowed.includes(rule) ? '' : ' (not expected)'}`)
    seen.fired.add(rule)
  }
  for (const probe of control.confirm) {
    const answer = await ask(prometheus, probe)
    seen.last.set(probe.name, answer.text)
    if (answer.holds) seen.confirmed.add(probe.name)
  }
  const valid = environment.traffic?.valid
  if (valid === undefined) return
  const answer = await ask(prometheus, valid)
  seen.trafficSilentSince = answer.empty ? (seen.trafficSilentSince ?? Date.now()) : undefined
  if (answer.empty && Date.now() - (seen.trafficSilentSince ?? 0) < scaledMs(environment, SILENT_MS)) return
  if (!answer.holds) seen.invalid ??= `the load generator did not keep up: ${valid.promql} was ${answer.text}`
}

/** Waits until no alert is firing or pending. Resolves to what still is, when that takes too long. */
async function becomeQuiet({ prometheus, environment, signal }: ControlRun): Promise<string | undefined> {
  const look = async () => {
    const noise = await noiseOf(prometheus)
    return { holds: noise === undefined, seen: noise }
  }
  const wait = { withinMs: scaledMs(environment, QUIET_MS), intervalMs: POLL_MS, signal }
  return (await waitUntil(look, wait).catch(asInterrupted(signal))).seen
}

/** What is firing or pending; undefined: nothing, and Prometheus said so. */
async function noiseOf(prometheus: PrometheusClient): Promise<string | undefined> {
  try {
    const rules = await prometheus.alertingRules()
    const active = rules.filter((rule) => rule.name !== HEARTBEAT && rule.alerts.length > 0)
    return active.length === 0 ? undefined : active.map((rule) => rule.name).join(', ')
  } catch (error) {
    if (error instanceof CliError && error.code === 'unreachable') return error.message
    throw error
  }
}

function firing(rules: readonly AlertingRule[]): string[] {
  return rules
    .filter((rule) => rule.name !== HEARTBEAT && rule.alerts.some((alert) => alert.state === 'firing'))
    .map((rule) => rule.name)
}

function asInterrupted(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    throw signal.aborted ? new CliError('interrupted', 'interrupted', { cause: error }) : error
  }
}
