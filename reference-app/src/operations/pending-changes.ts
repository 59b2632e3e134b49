import { randomUUID } from 'node:crypto'
import type { Applied, AppliedSettings } from './applied-settings.ts'
import { changed } from './audit-entry.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { DesiredState } from './desired-state.ts'
import type { OperationsEvents } from './events.ts'
import type { Operator } from './operator.ts'
import type { PendingChange, Verdicts } from './resolve-changes.ts'

export interface PendingParts {
  instance: string
  applied: AppliedSettings
  trail: AuditTrail
  events: OperationsEvents
}

/**
 * What Postgres does not know yet, at most one change of a setting. One that was replaced is on record all the same.
 */
export class PendingChanges {
  private readonly parts: PendingParts
  /** By the name of the setting. */
  private readonly changes = new Map<string, PendingChange>()

  constructor(parts: PendingParts) {
    this.parts = parts
  }

  get names(): string[] {
    return [...this.changes.keys()]
  }

  get all(): PendingChange[] {
    return [...this.changes.values()]
  }

  has(name: string): boolean {
    return this.changes.has(name)
  }

  /**
   * From now on this change awaits Postgres, in place of an earlier one of the same setting. `base`: as far as this
   * instance knows now.
   */
  add(
    { setting, before, after }: Applied,
    { actor, role }: Operator,
    at: string,
    base: number | undefined,
  ): PendingChange {
    const { instance, trail } = this.parts
    const { name } = setting
    const replaced = this.changes.get(name)
    if (replaced !== undefined && (replaced.held || changed(replaced.entry))) trail.write(replaced.entry)
    const id = randomUUID()
    const change: PendingChange = {
      setting,
      entry: { id, at, actor, role, instance, action: name, before, after },
      base: replaced === undefined ? base : replaced.base,
      own: [...(replaced?.own ?? []), id],
      held: false,
    }
    this.changes.set(name, change)
    return change
  }

  /** One that an earlier process of this instance held. */
  addAgain(change: PendingChange): void {
    this.changes.set(change.setting.name, change)
  }

  /** Those of them that still wait: their operator is about to hear that they hold on this instance only. */
  hold(changes: readonly PendingChange[]): void {
    for (const change of changes) {
      if (!this.isLatest(change)) continue
      change.held = true
      this.parts.events.held(change)
    }
  }

  /** Postgres did not take them. Those that were replaced meanwhile will never be sent again. */
  notTaken(changes: readonly PendingChange[]): void {
    for (const change of changes) if (!this.isLatest(change)) this.parts.trail.write(change.entry)
  }

  /** Postgres has decided; `desired` is what it holds since. */
  settle({ of }: Verdicts, { settings }: DesiredState): void {
    const { applied, events } = this.parts
    for (const [change, verdict] of of) {
      const { name } = change.setting
      const desired = settings[name]
      const latest = this.changes.get(name)
      if (latest === change) this.changes.delete(name)
      if (verdict === 'overruled') {
        if (desired !== undefined) events.overruled(change, desired)
        continue // `follow` sees to the rest
      }
      const version = desired?.version ?? 0
      applied.isAt(name, version)
      if (latest !== undefined && latest !== change) latest.base = version
      if (change.held) events.reconciled(change, verdict, version)
    }
  }

  private isLatest(change: PendingChange): boolean {
    return this.changes.get(change.setting.name) === change
  }
}
