import { messageOf } from '@drillbook/content/errors'
import type { Endpoint } from '../prometheus/client.ts'
import { counters, type HeldAlert, heldAlerts, loadedConfig } from './alertmanager.ts'
import { type AlertmanagerConfig, timingsOf } from './alertmanager-config.ts'
import type { Counters } from './alertmanager-counters.ts'
import { allArrived, type Exit, exitsOf, mixedWith, type Proof, riseOf, riseText } from './delivery-proof.ts'

/**
 * A change that happens just before a group's next message is due is in that message; a little later it has been sent.
 */
const FLUSH_MS = 1000

/** The counters at one moment, in milliseconds since the epoch. */
interface Snapshot {
  at: number
  counters: Counters
}

/**
 * Proves delivery where Slack cannot be read back: by Alertmanager's own counters for the receivers that the expected
 * alerts are routed to. That it holds an alert proves nothing.
 */
export class DeliveryWatch {
  private readonly endpoint: Endpoint
  private readonly expected: readonly string[]
  private readonly environment: string
  private config: AlertmanagerConfig | undefined
  private baseline: Snapshot | undefined
  private latest: Snapshot | undefined
  private trouble: string | undefined
  private noBaseline: string | undefined
  /** The expected alerts that it has had, unmuted, and the receivers that it routes them to. */
  private readonly held = new Map<string, HeldAlert>()
  /** Read right after it was seen to have all of them: a message that begins later is about all. */
  private heldAll: Snapshot | undefined
  /** The last one before an alert was seen firing, and the first after none was: the resolved message lies behind. */
  private loud: Snapshot | undefined
  private quiet: Snapshot | undefined
  private arrivedAt: number | undefined

  constructor(endpoint: Endpoint, expected: readonly string[], environment: string) {
    this.endpoint = endpoint
    this.expected = expected
    this.environment = environment
  }

  /** Before the fault: what was counted so far does not count. Without it nothing is proven later. */
  async begin(): Promise<void> {
    try {
      this.config = await loadedConfig(this.endpoint)
      this.baseline = await this.read()
    } catch (error) {
      this.forgive(error)
    }
    this.noBaseline = this.trouble
  }

  /** The counters now; undefined when it does not answer. */
  async read(): Promise<Snapshot | undefined> {
    try {
      this.latest = { counters: await counters(this.endpoint), at: Date.now() }
      this.trouble = undefined
      return this.latest
    } catch (error) {
      this.forgive(error)
      return undefined
    }
  }

  /** `before` was read before somebody saw whether any alert fires. */
  async look(before: Snapshot | undefined, firing: boolean): Promise<void> {
    try {
      if (this.heldAll === undefined) await this.lookAtAlerts()
    } catch (error) {
      this.forgive(error)
    }
    const after = await this.read()
    if (after === undefined) return
    if (this.missing().length === 0) this.heldAll ??= after
    if (firing) {
      this.loud = before ?? this.loud
      this.quiet = undefined
    } else if (this.loud !== undefined) this.quiet ??= after
    const rise = this.rise(this.baseline)
    if (rise !== undefined && rise.answered > 0) this.arrivedAt ??= after.at
  }

  /** The expected alerts that it has not had, or only muted. */
  missing(): string[] {
    return this.expected.filter((alert) => !this.held.has(alert))
  }

  /** A message about every expected alert went out, and nothing failed. */
  fired(now: number): Proof {
    if (this.heldAll === undefined) return this.unproven(`Alertmanager has not got ${this.missing().join(', ')}`)
    return this.arrived(now, this.heldAll, this.baseline, 'Alertmanager had all expected alerts')
  }

  /** A message went out after the last alert ended, and nothing failed. */
  resolved(now: number): Proof {
    const exits = this.exits()
    if (exits.length > 0 && !exits.some((exit) => exit.sendsResolved)) {
      const names = exits.map((exit) => exit.receiver).join(', ')
      return { proven: false, text: `the receiver ${names} sends no resolved messages (send_resolved)` }
    }
    if (this.quiet === undefined) return this.unproven('the end of the alerts was not seen')
    return this.arrived(now, this.quiet, this.loud, 'the alerts had ended')
  }

  /**
   * A message begun after `mark` is about what `mark` saw. One begun between `from` and `mark` may be, too; that it was
   * shows when a whole group_interval has passed, after which another one would have followed.
   */
  private arrived(now: number, mark: Snapshot, from: Snapshot | undefined, since: string): Proof {
    const [all, later, around] = [this.rise(this.baseline), this.rise(mark), this.rise(from)]
    if (all === undefined || later === undefined || around === undefined) return this.unproven()
    const text = riseText(this.exits(), all)
    if (!allArrived(all)) return { proven: false, text }
    const settled = around.sent > 0 && now - mark.at >= this.groupIntervalMs() + FLUSH_MS
    if (later.sent === 0 && !settled) return { proven: false, text: `${text}, but none of them after ${since}` }
    const at = mark === this.heldAll ? (this.arrivedAt ?? now) : (this.latest?.at ?? now)
    return { proven: true, at: new Date(at), text }
  }

  /** With the first reason that explains it; `text`: when nothing else does. */
  private unproven(text = 'Alertmanager was restarted: its counters fell'): Proof {
    if (this.baseline === undefined) {
      return { proven: false, text: `there is no count from before the fault: ${this.noBaseline ?? 'not read'}` }
    }
    const { config, latest } = this
    const exits = this.exits()
    const mixed = config && latest && mixedWith(config, exits, latest.counters)
    const nowhere = this.heldAll !== undefined && exits.length === 0 ? 'its receiver sends to nobody' : undefined
    return { proven: false, text: mixed ?? nowhere ?? this.trouble ?? text }
  }

  private rise(from: Snapshot | undefined) {
    const { config, latest } = this
    const exits = this.exits()
    if (from === undefined || latest === undefined || config === undefined || exits.length === 0) return undefined
    if (mixedWith(config, exits, latest.counters) !== undefined) return undefined
    return riseOf(exits, from.counters, latest.counters)
  }

  private exits(): Exit[] {
    const names = new Set([...this.held.values()].flatMap((alert) => alert.receivers))
    return this.config === undefined ? [] : exitsOf(this.config, names)
  }

  private groupIntervalMs(): number {
    const { config } = this
    if (config === undefined) return Number.POSITIVE_INFINITY
    const timings = [...this.held.values()].map((alert) => timingsOf(config.route, alert.labels))
    return Math.max(...timings.map((t) => t.groupIntervalSeconds)) * 1000
  }

  private async lookAtAlerts(): Promise<void> {
    for (const alert of await heldAlerts(this.endpoint)) {
      const { alertname = '', environment = this.environment } = alert.labels
      const isOurs = this.expected.includes(alertname) && environment === this.environment
      if (isOurs && alert.state === 'active') this.held.set(alertname, alert)
    }
  }

  /** It is asked again; what it did not tell, or told in an unknown form, is not proven. */
  private forgive(error: unknown): void {
    this.trouble = messageOf(error)
  }
}
