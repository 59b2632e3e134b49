import type { EventLevels, Logger } from '@drillbook/instrumentation'
import type { Applied } from './applied-settings.ts'
import type { AuditEntry } from './audit-entry.ts'
import type { DesiredSetting } from './desired-state.ts'
import type { PendingChange } from './resolve-changes.ts'

/** What every process with an operations port logs about it. */
export const OPERATIONS_LOG_EVENTS = {
  'operator.change': 'info',
  'operator.audit_failed': 'error',
  'operator.change_pending': 'warn',
  'operator.change_reconciled': 'info',
  'operator.change_overruled': 'warn',
  'operator.change_recovered': 'warn',
  'operator.change_followed': 'info',
  'operator.apply_failed': 'warn',
  'operator.desired_state_lost': 'warn',
  'operator.desired_state_back': 'info',
} as const satisfies EventLevels

/** What operators do, and what becomes of it on this instance: one log line each. */
export class OperationsEvents {
  private readonly logger: Logger
  private reachable = true
  private readonly failing = new Set<string>()

  constructor(logger: Logger) {
    this.logger = logger
  }

  changed({ actor, action, before, after }: AuditEntry): void {
    this.logger.info({ event: 'operator.change', actor, action, before, after }, 'an operator changed this instance')
  }

  auditFailed(entry: AuditEntry, error: unknown): void {
    this.logger.error({ event: 'operator.audit_failed', err: error, line: entry }, 'the audit file cannot be written')
  }

  /** Postgres did not take it in time. */
  held({ setting, entry }: PendingChange): void {
    const { actor, before, after } = entry
    this.logger.warn(
      { event: 'operator.change_pending', setting: setting.name, actor, before, after },
      'a change holds on this instance only, until Postgres answers',
    )
  }

  /** It was held, and now Postgres has this value, from us (`written`) or from another instance (`agreed`). */
  reconciled({ setting, entry }: PendingChange, verdict: 'written' | 'agreed', version: number): void {
    this.logger.info(
      { event: 'operator.change_reconciled', setting: setting.name, after: entry.after, verdict, version },
      verdict === 'written'
        ? 'a held change was written: all instances follow'
        : 'a held change is what Postgres wants already',
    )
  }

  /**
   * An earlier process of this instance held it when it ended. `again`: nobody has changed the setting since, so it
   * holds again.
   */
  recovered({ id, actor, at, action, after }: AuditEntry, again: boolean): void {
    this.logger.warn(
      { event: 'operator.change_recovered', change: id, setting: action, actor, at, after, again },
      again
        ? 'a change that a dead process held was taken up again'
        : 'a change that a dead process held came too late',
    )
  }

  overruled({ setting, entry, base }: PendingChange, { value, version, actor, instance, at }: DesiredSetting): void {
    this.logger.warn(
      {
        event: 'operator.change_overruled',
        setting: setting.name,
        lost: { value: entry.after, actor: entry.actor, at: entry.at, base },
        won: { value, version, actor, instance, at },
      },
      'a held change was given up: somebody else changed the same setting meanwhile',
    )
  }

  followed({ setting, before, after }: Applied, desired: DesiredSetting | undefined): void {
    const { name } = setting
    this.failing.delete(name)
    const { version, actor, instance } = desired ?? {}
    this.logger.info(
      { event: 'operator.change_followed', setting: name, before, after, version, actor, from: instance },
      'this instance follows a change',
    )
  }

  /** A change that another instance took is refused here. Tried again and again; said once. */
  applyFailed(setting: string, value: unknown, error: unknown): void {
    if (this.failing.has(setting)) return
    this.failing.add(setting)
    this.logger.warn(
      { event: 'operator.apply_failed', setting, value, err: error },
      'a change by others cannot be applied here',
    )
  }

  unreachable(error: unknown): void {
    if (this.reachable)
      this.logger.warn({ event: 'operator.desired_state_lost', err: error }, 'changes hold on this instance only')
    this.reachable = false
  }

  reached(): void {
    if (!this.reachable) this.logger.info({ event: 'operator.desired_state_back' }, 'changes reach all instances again')
    this.reachable = true
  }
}
