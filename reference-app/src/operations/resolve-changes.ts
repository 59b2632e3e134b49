import { isDeepStrictEqual } from 'node:util'
import type { Setting } from '../platform/controls/setting.ts'
import { type AuditEntry, changed } from './audit-entry.ts'
import type { DesiredSetting, DesiredState } from './desired-state.ts'
import type { Resolution } from './desired-state-store.ts'

/** What an operator changed on this instance and Postgres does not know yet. */
export interface PendingChange {
  setting: Setting<unknown>
  /** `after` is the value. */
  entry: AuditEntry
  /**
   * Version of this setting that the instance knew. Whatever is above is somebody else's, unless it is one of `own`.
   * Undefined: Postgres has been away since the instance started; then what is later by the clocks of the instances is.
   */
  base: number | undefined
  /**
   * Ids of this change and of those before it that it replaced: one of them may have been written without our hearing
   * of it.
   */
  own: readonly string[]
  /**
   * The operator has been told that it holds on this instance only: from then on a newer change by somebody else wins.
   */
  held: boolean
}

/** `agreed`: Postgres holds this value already. `overruled`: it holds a newer one of another operator. */
export type Verdict = 'written' | 'agreed' | 'overruled'

export interface Verdicts extends Resolution {
  of: ReadonlyMap<PendingChange, Verdict>
}

/** What becomes of pending changes, given what Postgres holds. `at`: now, RFC 3339. */
export function resolveChanges(current: DesiredState, changes: readonly PendingChange[], at: string): Verdicts {
  const of = new Map<PendingChange, Verdict>()
  const written: Record<string, DesiredSetting> = {}
  const entries: AuditEntry[] = []
  for (const change of changes) {
    const { setting, entry } = change
    const desired = current.settings[setting.name]
    const others = desired !== undefined && isNewer(desired, change) && !change.own.includes(desired.change)
    const value = desired === undefined ? setting.initial : desired.value
    if (isDeepStrictEqual(value, entry.after)) {
      of.set(change, 'agreed')
      // The same command sent to several instances is one change: the first writer recorded it.
      if (changed(entry) && !others) entries.push(entry)
    } else if (others && change.held) {
      of.set(change, 'overruled')
      entries.push(entry, overruling(entry, desired, at))
    } else {
      of.set(change, 'written')
      entries.push(changed(entry) ? entry : { ...entry, before: value })
      const { actor, instance } = entry
      written[setting.name] = {
        value: entry.after,
        version: current.version + 1,
        change: entry.id,
        actor,
        instance,
        at: entry.at,
      }
    }
  }
  if (Object.keys(written).length === 0) return { of, entries }
  return { of, entries, settings: { ...current.settings, ...written } }
}

function isNewer({ version, at }: DesiredSetting, { base, entry }: PendingChange): boolean {
  return base === undefined ? at > entry.at : version > base
}

/**
 * The row that says why an operator's change did not last. Its id follows from the two changes, so it is written once.
 */
function overruling(entry: AuditEntry, desired: DesiredSetting, at: string): AuditEntry {
  return {
    ...entry,
    id: `${entry.id.slice(0, 18)}${desired.change.slice(18)}`,
    at,
    actor: desired.actor,
    action: `${entry.action}.overruled`,
    before: entry.after,
    after: desired.value,
  }
}
