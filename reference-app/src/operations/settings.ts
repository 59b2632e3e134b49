import type { Setting } from '../platform/controls/setting.ts'
import { withTimeLimit } from '../platform/time-limit.ts'
import { AppliedSettings } from './applied-settings.ts'
import { type AuditEntry, changed } from './audit-entry.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { DesiredState } from './desired-state.ts'
import type { DesiredStateStore } from './desired-state-store.ts'
import type { OperationsEvents } from './events.ts'
import type { Operator } from './operator.ts'
import { PendingChanges } from './pending-changes.ts'
import type { RememberedState } from './remembered-state.ts'
import { resolveChanges, type Verdicts } from './resolve-changes.ts'
import { SerialQueue } from './serial-queue.ts'
import { UnrecordedChanges } from './unrecorded-changes.ts'

/** How long a change may stay unnoticed when its announcement was lost. Milliseconds. */
const POLL_EVERY_MS = 2_000
/** For Postgres to take a change; the reserved connection keeps the same for each call. Milliseconds. */
const EXCHANGE_LIMIT_MS = 2_000

export interface SettingsParts {
  instance: string
  settings: readonly Setting<unknown>[]
  store: DesiredStateStore
  trail: AuditTrail
  remembered: RememberedState
  events: OperationsEvents
}

/**
 * The settings of this instance. A change is applied here first and then written to the desired state, which all
 * instances follow. When Postgres does not answer in time, it holds here (`pending`) and is written when Postgres is
 * back.
 */
export class Settings {
  readonly applied: AppliedSettings
  private readonly parts: SettingsParts
  private readonly changes: PendingChanges
  private readonly exchanging = new SerialQueue()
  private next: Promise<boolean> | undefined
  private desired: DesiredState = { version: 0, settings: {} }
  private readonly left: UnrecordedChanges
  private timer: NodeJS.Timeout | undefined
  /** `desired` was read at least once. */
  private heard = false
  private informed = false
  private stopped = false

  constructor(parts: SettingsParts) {
    this.parts = parts
    this.applied = new AppliedSettings(parts.settings, parts.events)
    this.changes = new PendingChanges({ ...parts, applied: this.applied })
    this.left = new UnrecordedChanges({ ...parts, takeUp: (setting, entry) => this.takeUp(setting, entry) })
  }

  /**
   * Takes the desired state or, if Postgres does not answer within 2 s, the last that this instance saw and what it had
   * pending; follows Postgres then.
   */
  async begin(): Promise<void> {
    await this.left.read()
    if (await this.sync()) await this.recover()
    else await this.recall()
    this.pollLater()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  /** The last desired state that this instance has seen. */
  get seen(): DesiredState {
    return this.desired
  }

  /**
   * Postgres has said what operators want, and this instance has followed: at its start or, when nobody answered then,
   * later.
   */
  get isInformed(): boolean {
    return this.informed
  }

  /** Settings that hold on this instance only, because Postgres does not answer. */
  get pending(): string[] {
    return this.changes.names
  }

  /**
   * All of `values` or, when one is refused, none. Resolves within 2 s after it was applied here, whether or not
   * Postgres answers.
   */
  async change(values: ReadonlyMap<Setting<unknown>, unknown>, operator: Operator): Promise<void> {
    const { trail } = this.parts
    const at = new Date().toISOString()
    const changes = await this.applied.change(values, (all) =>
      all.map((applied) => this.changes.add(applied, operator, at, this.baseOf(applied.setting.name))),
    )
    const noted = changes.filter(({ entry }) => changed(entry))
    await Promise.all(noted.map(({ entry }) => trail.note(entry)))
    await this.exchangeInTime()
    this.changes.hold(changes)
  }

  /** Writes what is pending and reads what is desired: within 2 s or, if need be, later. */
  async exchangeInTime(): Promise<void> {
    const late = () => new Error(`not within ${EXCHANGE_LIMIT_MS} ms`)
    // On a time-out the exchange goes on, and is retried.
    await withTimeLimit(this.exchange(), EXCHANGE_LIMIT_MS, late).catch(() => undefined)
  }

  /** Brings this instance and Postgres together. False: Postgres does not answer. Never rejects. */
  async sync(): Promise<boolean> {
    const reached = await this.exchange()
    await this.follow()
    this.informed = this.heard
    return reached
  }

  private follow(): Promise<void> {
    const spared = ({ name, isShared }: Setting<unknown>) =>
      this.changes.has(name) || (isShared === true && !this.heard)
    return this.applied.follow(() => this.desired, spared)
  }

  private async recall(): Promise<void> {
    const last = await this.parts.remembered.last()
    if (last !== undefined && !this.heard) {
      this.desired = last
      await this.follow()
    }
    await this.left.hold()
  }

  private pollLater(): void {
    if (this.stopped) return
    this.timer = setTimeout(() => void this.poll(), POLL_EVERY_MS)
  }

  private async poll(): Promise<void> {
    await this.sync()
    await this.recover()
    this.pollLater()
  }

  /** Never rejects. */
  private async recover(): Promise<void> {
    try {
      if (await this.left.recover()) await this.exchangeInTime()
    } catch (error) {
      this.parts.events.unreachable(error)
    }
  }

  /**
   * Again a pending change, unless somebody has changed the setting since, by the clocks of the instances. Throws as
   * `apply`: refused.
   */
  private async takeUp(setting: Setting<unknown>, entry: AuditEntry): Promise<boolean> {
    const { name } = setting
    const since = this.desired.settings[name]
    const after = setting.schema.safeParse(entry.after)
    const again = after.success && !this.changes.has(name) && (since === undefined || since.at < entry.at)
    if (again) {
      const change = { setting, entry, base: this.baseOf(name), own: [entry.id], held: true }
      await this.applied.change(new Map([[setting, after.data]]), () => this.changes.addAgain(change))
    }
    this.parts.events.recovered(entry, again)
    return again
  }

  private baseOf(name: string): number | undefined {
    return this.heard ? this.applied.versionOf(name) : undefined
  }

  /** One at a time; calls during a run share the next run. False: Postgres does not answer. Never rejects. */
  private exchange(): Promise<boolean> {
    this.next ??= this.exchanging.run(() => {
      this.next = undefined
      return this.exchangeOnce()
    })
    return this.next
  }

  private async exchangeOnce(): Promise<boolean> {
    const { store, trail, remembered, events } = this.parts
    const changes = this.changes.all
    const entries = trail.unwritten
    try {
      if (changes.length === 0 && entries.length === 0) {
        this.desired = await store.read()
      } else {
        let verdicts: Verdicts | undefined
        this.desired = await store.resolve((current) => {
          verdicts = resolveChanges(current, changes, new Date().toISOString())
          return { ...verdicts, entries: [...entries, ...verdicts.entries] }
        })
        trail.written(entries)
        if (verdicts !== undefined) this.changes.settle(verdicts, this.desired)
        await trail.settled([...entries, ...changes.map(({ entry }) => entry)])
      }
      this.heard = true
      events.reached()
      await remembered.keep(this.desired)
      return true
    } catch (error) {
      this.changes.notTaken(changes)
      events.unreachable(error)
      return false
    }
  }
}
