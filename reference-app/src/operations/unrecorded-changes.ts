import type { Setting } from '../platform/controls/setting.ts'
import type { AuditEntry } from './audit-entry.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { DesiredStateStore } from './desired-state-store.ts'
import type { OperationsEvents } from './events.ts'

export interface UnrecordedParts {
  instance: string
  settings: readonly Setting<unknown>[]
  store: DesiredStateStore
  trail: AuditTrail
  events: OperationsEvents
  /** Makes it so here, pending. False: too late. Throws as `apply`. */
  takeUp: (setting: Setting<unknown>, entry: AuditEntry) => Promise<boolean>
}

/**
 * What earlier processes of this instance noted and Postgres may never have taken. All of it goes on record; the last
 * change of a setting is taken up again, unless it comes too late.
 */
export class UnrecordedChanges {
  private readonly parts: UnrecordedParts
  private left: AuditEntry[] = []
  /** Of each setting, the id of the last change that was noted, recorded in Postgres or not. */
  private last: ReadonlyMap<string, string> = new Map()

  constructor(parts: UnrecordedParts) {
    this.parts = parts
  }

  async read(): Promise<void> {
    const { trail, instance } = this.parts
    const { left, last } = await trail.earlier(instance)
    this.left = left
    this.last = last
  }

  /** Postgres does not answer: what was pending holds as it did before. What is refused waits for `recover`. */
  async hold(): Promise<void> {
    this.left = await this.takeUpAll(this.left)
  }

  /**
   * As Postgres knows it. True when there is something to tell. Rejects as the store does; may then be called again.
   */
  async recover(): Promise<boolean> {
    if (this.left.length === 0) return false
    const { store, trail } = this.parts
    const lost = await store.unrecorded(this.left)
    const known = this.left.filter((entry) => !lost.includes(entry))
    await trail.settled(known)
    for (const refused of await this.takeUpAll(lost)) trail.write(refused)
    this.left = []
    return lost.length > 0
  }

  /** Those that were refused. */
  private async takeUpAll(entries: readonly AuditEntry[]): Promise<AuditEntry[]> {
    const { settings, trail, events, takeUp } = this.parts
    const refused: AuditEntry[] = []
    for (const entry of entries) {
      const { id, action } = entry
      const setting = settings.find(({ name }) => name === action)
      try {
        const again = setting !== undefined && this.last.get(action) === id && (await takeUp(setting, entry))
        if (!again) trail.write(entry)
      } catch (error) {
        events.applyFailed(action, entry.after, error)
        refused.push(entry)
      }
    }
    return refused
  }
}
