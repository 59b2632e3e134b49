import { isDeepStrictEqual } from 'node:util'
import type { Setting } from '../platform/controls/setting.ts'
import type { DesiredState } from './desired-state.ts'
import type { OperationsEvents } from './events.ts'
import { SerialQueue } from './serial-queue.ts'

/** What one setting was and became on this instance. */
export interface Applied {
  setting: Setting<unknown>
  before: unknown
  after: unknown
}

/** How this instance is set now. One change at a time. */
export class AppliedSettings {
  private readonly events: OperationsEvents
  private readonly values: Map<Setting<unknown>, unknown>
  /** By name: version of the desired state that each was last brought in line with. */
  private readonly versions = new Map<string, number>()
  private readonly failures = new Map<string, string>()
  private readonly turn = new SerialQueue()

  constructor(settings: readonly Setting<unknown>[], events: OperationsEvents) {
    this.events = events
    this.values = new Map(settings.map((setting) => [setting, setting.initial]))
  }

  valueOf(setting: Setting<unknown>): unknown {
    return this.values.get(setting)
  }

  /** 0: never changed, as far as this instance knows. */
  versionOf(name: string): number {
    return this.versions.get(name) ?? 0
  }

  /** It is at that version already: nothing to follow. */
  isAt(name: string, version: number): void {
    this.versions.set(name, version)
  }

  /** What cannot be followed here, by name, with the reason. */
  get failed(): Record<string, string> {
    return Object.fromEntries(this.failures)
  }

  /** All of them, then `done` before anything else changes; or, when one is refused, none. */
  change<T>(values: ReadonlyMap<Setting<unknown>, unknown>, done: (applied: Applied[]) => T): Promise<T> {
    return this.turn.run(async () => {
      const applied: Applied[] = []
      try {
        for (const [setting, after] of values) {
          await setting.apply(after)
          applied.push({ setting, before: this.valueOf(setting), after })
        }
      } catch (error) {
        for (const { setting, before } of applied.reverse()) await setting.apply(before)
        throw error
      }
      for (const { setting, after } of applied) {
        this.values.set(setting, after)
        this.failures.delete(setting.name)
      }
      return done(applied)
    })
  }

  /**
   * Brings what is behind in line with `desired`, except what `spared` says. What is refused stays as it is and is
   * tried again by the next call.
   */
  follow(desired: () => DesiredState, spared: (setting: Setting<unknown>) => boolean): Promise<void> {
    return this.turn.run(async () => {
      for (const setting of this.values.keys()) if (!spared(setting)) await this.followOne(setting, desired())
    })
  }

  private async followOne(setting: Setting<unknown>, { settings }: DesiredState): Promise<void> {
    const { name } = setting
    const desired = settings[name]
    const version = desired?.version ?? 0
    if (this.versionOf(name) === version) return
    const before = this.valueOf(setting)
    const wanted = desired === undefined ? setting.initial : desired.value
    try {
      const after = setting.schema.parse(wanted)
      if (!isDeepStrictEqual(before, after)) {
        await setting.apply(after)
        this.values.set(setting, after)
        this.events.followed({ setting, before, after }, desired)
      }
      this.versions.set(name, version)
      this.failures.delete(name)
    } catch (error) {
      this.failures.set(name, error instanceof Error ? error.message : String(error))
      this.events.applyFailed(name, wanted, error)
    }
  }
}
