import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '@drillbook/content/errors'
import type { Environment } from '../environment/environment.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import { type ReceivedMessage, receivedMessages } from '../slack/received.ts'
import { ask, judge } from './condition.ts'
import { DeliveryWatch } from './delivery.ts'
import type { Drill } from './drill.ts'
import type { DrillListener } from './drill-listener.ts'
import { isDrillMessage } from './message.ts'
import { longestBlindMs, Sightings, silentMs } from './sightings.ts'

const POLL_MS = 500
/** Always firing, by design: it shows that alerting is alive. */
export const HEARTBEAT = 'Watchdog'

/** What is watched in Prometheus throughout. */
type Watched = 'alerts' | 'users' | 'traffic' | 'aborts'

/**
 * Watches while a drill runs: which alerts fire, what Slack receives or Alertmanager counts, whether the load generator
 * keeps up, whether an abort condition holds and, with protection on, whether users are harmed. What cannot be asked at
 * the moment is asked again; what was out of sight for too long is told by `unseen`.
 */
export class Observer {
  readonly firing = new Set<string>()
  /** When each alert was first seen firing. */
  readonly fired = new Map<string, Date>()
  messages: ReceivedMessage[] = []
  /** The first sighting of harm to users, with protection on. */
  harm: string | undefined
  /** The generator lagged: what users met was not the load that was meant. */
  lagged: string | undefined
  abortedBy: string | undefined
  /** Why Slack's messages cannot be read; undefined when they can. */
  slackUnreadable: string | undefined
  /** Only where Slack cannot be read back and Alertmanager can be asked. */
  readonly delivery: DeliveryWatch | undefined
  private readonly environment: Environment
  private readonly drill: Drill
  private readonly prometheus: PrometheusClient
  private readonly listener: DrillListener
  private readonly pollMs: number
  private readonly allowed: ReadonlySet<string>
  private readonly sightings: Record<Watched, Sightings> = {
    alerts: new Sightings(),
    users: new Sightings(),
    traffic: new Sightings(),
    aborts: new Sightings(),
  }
  private isWatching = false
  private since = new Date()
  private trafficSilentSince: number | undefined
  private stopped = new AbortController()
  private loop: Promise<void> = Promise.resolve()

  /** `pollMs`: the pause between two looks. */
  constructor(
    environment: Environment,
    drill: Drill,
    prometheus: PrometheusClient,
    listener: DrillListener,
    pollMs = POLL_MS,
  ) {
    this.pollMs = pollMs
    this.environment = environment
    this.drill = drill
    this.prometheus = prometheus
    this.listener = listener
    this.allowed = new Set([...drill.alerts.expected, ...drill.alerts.allowed, HEARTBEAT])
    const { alertmanager, slack, name } = environment
    if (slack?.received === undefined && alertmanager !== undefined) {
      this.delivery = new DeliveryWatch(alertmanager, drill.alerts.expected, name)
    }
  }

  /** Begins to watch; once it does, another call changes nothing. */
  start(since: Date): void {
    if (this.isWatching) return
    this.isWatching = true
    this.since = since
    for (const sightings of Object.values(this.sightings)) sightings.begin(Date.now())
    this.loop = this.watch()
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.loop
    for (const sightings of Object.values(this.sightings)) sightings.end(Date.now())
  }

  /** Why it is not known how this was all the time; undefined when it was seen without a long gap. */
  unseen(what: Watched): string | undefined {
    const { trouble } = this.sightings[what]
    const because = trouble === undefined ? '' : `: ${trouble}`
    const blindMs = this.sightings[what].longestBlindMs(Date.now())
    if (blindMs === undefined) return 'nobody looked'
    return blindMs > longestBlindMs(this.environment)
      ? `it could not be seen for ${Math.round(blindMs / 1000)} s${because}`
      : undefined
  }

  /** Nothing fires, as seen a moment ago: an old sighting proves nothing. */
  get isQuiet(): boolean {
    return this.firing.size === 0 && this.sightings.alerts.isFresh(Date.now(), longestBlindMs(this.environment))
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopped
    while (!signal.aborted) {
      // Each look is tried again after the pause; `unseen` says what could not be seen for long.
      await Promise.all([
        this.look('alerts', () => this.lookAtAlerts()),
        this.lookAtSlack(),
        this.look('traffic', () => this.lookAtTraffic()),
        this.look('users', () => this.lookAtUsers()),
        this.look('aborts', () => this.lookForAborts()),
      ])
      await delay(this.pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  private async look(what: Watched, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.sightings[what].seen(Date.now())
    } catch (error) {
      this.sightings[what].trouble = messageOf(error)
    }
  }

  private async lookAtAlerts(): Promise<void> {
    const before = await this.delivery?.read()
    const rules = await this.prometheus.alertingRules()
    // One alert may have several rules, one for each severity.
    const firing = new Set(rules.filter((r) => r.alerts.some((a) => a.state === 'firing')).map((r) => r.name))
    firing.delete(HEARTBEAT)
    for (const name of new Set([...firing, ...this.firing])) {
      const isFiring = firing.has(name)
      if (isFiring === this.firing.has(name)) continue
      const expected = this.allowed.has(name)
      if (isFiring) {
        this.firing.add(name)
        if (!this.fired.has(name)) this.fired.set(name, new Date())
      } else this.firing.delete(name)
      this.listener.alert(name, isFiring ? 'firing' : 'resolved', expected)
    }
    await this.delivery?.look(before, this.firing.size > 0)
  }

  private async lookAtSlack(): Promise<void> {
    const endpoint = this.environment.slack?.received
    if (endpoint === undefined) return
    try {
      const known = new Set(this.messages.map((m) => m.id))
      for (const message of await receivedMessages(endpoint, this.since)) {
        if (known.has(message.id)) continue
        this.messages = [...this.messages, message]
        if (!isDrillMessage(message)) this.listener.message(message)
      }
      this.slackUnreadable = undefined
    } catch (error) {
      this.slackUnreadable = messageOf(error)
    }
  }

  private async lookAtTraffic(): Promise<void> {
    const valid = this.environment.traffic?.valid
    if (valid === undefined || this.lagged !== undefined) return
    const samples = await this.prometheus.query(valid.promql)
    this.trafficSilentSince = samples.length > 0 ? undefined : (this.trafficSilentSince ?? Date.now())
    const silent = this.trafficSilentSince === undefined ? undefined : Date.now() - this.trafficSilentSince
    if (silent !== undefined && silent < silentMs(this.environment)) return
    const seen = judge(valid, samples)
    if (seen.holds) return
    this.lagged = `the load generator did not keep up: ${valid.promql} was ${seen.text}`
    this.listener.warning(this.lagged)
  }

  private async lookAtUsers(): Promise<void> {
    if (this.drill.protection !== 'on' || this.harm !== undefined) return
    for (const probe of this.drill.hypothesis.probes) {
      const seen = await ask(this.prometheus, probe)
      if (seen.holds) continue
      this.harm = `${probe.name}: ${seen.text}`
      this.listener.warning(`users are harmed, although protection is on: ${this.harm}`)
      return
    }
  }

  private async lookForAborts(): Promise<void> {
    for (const probe of this.drill.abort) {
      const seen = await ask(this.prometheus, probe)
      if (seen.holds) this.abortedBy ??= `abort condition "${probe.name}" holds: ${seen.text}`
    }
  }
}
