import { settingsOf } from '../platform/controls/setting.ts'
import type { Plane } from './plane.ts'

/** One setting as it is on this instance; who made it so, unless nobody ever changed it. */
interface SettingState {
  value: unknown
  version: number
  actor?: string
  at?: string
}

/** GET /state: everything that operators can change on this instance, as it is now. */
export interface State {
  instance: string
  /** Of the application. */
  version: string
  /** The newest that this instance has seen. */
  desired: { version: number }
  settings: Record<string, SettingState>
  /** They hold on this instance only, because Postgres does not answer: it is told later. */
  pending: string[]
  /** Changes by others that this instance cannot apply, with the reason; it keeps retrying. */
  failed: Record<string, string>
}

export function stateOf({ instance, version, settings, state, describe }: Plane): State {
  const { applied, seen, pending } = state
  const all = settingsOf(settings).map((setting) => {
    const { actor, at } = seen.settings[setting.name] ?? {}
    const told = actor === undefined || at === undefined ? {} : { actor, at }
    return [
      setting.name,
      { value: applied.valueOf(setting), version: applied.versionOf(setting.name), ...told },
    ] as const
  })
  return {
    instance,
    version,
    ...describe(),
    desired: { version: seen.version },
    settings: Object.fromEntries(all),
    pending,
    failed: applied.failed,
  }
}
