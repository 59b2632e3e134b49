import { setTimeout as delay } from 'node:timers/promises'
import { type Environment, scaledMs } from '../environment/environment.ts'
import { messageOf } from '../errors.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import { type ReceivedMessage, receivedMessages } from '../slack/received.ts'
import { ask, judge } from './condition.ts'
import type { Drill } from './drill.ts'
import { isDrillMessage } from './message.ts'

const POLL_MS = 500
/** Always firing, by design: it shows that alerting is alive. */
const HEARTBEAT = 'Watchdog'
/**
 * Three scrapes at speed 1 (alerts/prometheus.yaml). One that fails leaves nothing until the next, and a generator that lagged says
 * so for longer than that; one of which nothing is heard for so long is gone.
 */
const SILENT_MS = 30_000

/** Told as things happen, for the person who watches. */
export interface Onlooker {
  alert(name: string, state: 'firing' | 'resolved', expected: boolean): void
  message(message: ReceivedMessage): void
  warning(text: string): void
}

/**
 * Watches while a drill runs: which alerts fire, what Slack receives, whether the load generator keeps up, whether an
 * abort condition holds and, with protection on, whether users are harmed. What cannot be asked at the moment is asked
 * again; the last reason is in `blind`.
 */
export class Observer {
  readonly firing = new Set<string>()
  readonly fired = new Set<string>()
  readonly unexpected = new Set<string>()
  messages: ReceivedMessage[] = []
  /** The first sighting of harm to users, with protection on. */
  harm: string | undefined
  /** The generator lagged: what users met was not the load that was meant. */
  lagged: string | undefined
  abortedBy: string | undefined
  /** Why Slack's messages cannot be read; undefined when they can. */
  slackUnreadable: string | undefined
  private readonly environment: Environment
  private readonly drill: Drill
  private readonly prometheus: PrometheusClient
  private readonly onlooker: Onlooker
  private readonly allowed: ReadonlySet<string>
  private since = new Date()
  private trafficSilentSince: number | undefined
  private stopped = new AbortController()
  private loop: Promise<void> = Promise.resolve()

  constructor(environment: Environment, drill: Drill, prometheus: PrometheusClient, onlooker: Onlooker) {
    this.environment = environment
    this.drill = drill
    this.prometheus = prometheus
    this.onlooker = onlooker
    this.allowed = new Set([...drill.alerts.expected, ...drill.alerts.allowed, HEARTBEAT])
  }

  start(since: Date): void {
    this.since = since
    this.loop = this.watch()
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.loop
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopped
    while (!signal.aborted) {
      const looks = [
        this.lookAtAlerts(),
        this.lookAtSlack(),
        this.lookAtTraffic(),
        this.lookAtUsers(),
        this.lookForAborts(),
      ]
      // Each look is tried again in half a second; the phases say what they could not see in time.
      await Promise.allSettled(looks)
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  private async lookAtAlerts(): Promise<void> {
    const rules = await this.prometheus.alertingRules()
    for (const rule of rules) {
      const isFiring = rule.alerts.some((a) => a.state === 'firing')
      const wasFiring = this.firing.has(rule.name)
      if (rule.name === HEARTBEAT || isFiring === wasFiring) continue
      const expected = this.allowed.has(rule.name)
      if (isFiring) {
        this.firing.add(rule.name)
        this.fired.add(rule.name)
        if (!expected) this.unexpected.add(rule.name)
      } else this.firing.delete(rule.name)
      this.onlooker.alert(rule.name, isFiring ? 'firing' : 'resolved', expected)
    }
  }

  private async lookAtSlack(): Promise<void> {
    const endpoint = this.environment.slack?.received
    if (endpoint === undefined) return
    try {
      const known = new Set(this.messages.map((m) => m.id))
      for (const message of await receivedMessages(endpoint, this.since)) {
        if (known.has(message.id)) continue
        this.messages = [...this.messages, message]
        if (!isDrillMessage(message)) this.onlooker.message(message)
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
    const silentMs = this.trafficSilentSince === undefined ? undefined : Date.now() - this.trafficSilentSince
    if (silentMs !== undefined && silentMs < scaledMs(this.environment, SILENT_MS)) return
    const seen = judge(valid, samples)
    if (seen.holds) return
    this.lagged = `the load generator did not keep up: ${valid.promql} was ${seen.text}`
    this.onlooker.warning(this.lagged)
  }

  private async lookAtUsers(): Promise<void> {
    if (this.drill.protection === 'off' || this.harm !== undefined) return
    for (const probe of this.drill.hypothesis.probes) {
      const seen = await ask(this.prometheus, probe)
      if (seen.holds) continue
      this.harm = `${probe.name}: ${seen.text}`
      this.onlooker.warning(`users are harmed, although protection is on: ${this.harm}`)
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
