/**
 * One setting as operators want it on every instance. `version`: of the whole state, when this was changed; `change`:
 * the id of its audit row.
 */
export interface DesiredSetting {
  value: unknown
  version: number
  change: string
  actor: string
  instance: string
  /** RFC 3339, UTC. */
  at: string
}

/** The desired state of all settings. Settings that were never changed are not in it. */
export interface DesiredState {
  version: number
  settings: Readonly<Record<string, DesiredSetting>>
}
