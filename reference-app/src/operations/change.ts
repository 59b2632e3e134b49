import type { Logger } from '@drillbook/instrumentation'
import type { Audit } from './audit.ts'

/** What an operator changed, and the part of the state that it touched. */
export interface Change {
  actor: string
  action: string
  before: unknown
  after: unknown
}

export type RecordChange = (change: Change) => Promise<void>

/**
 * Writes a change to the audit file and to the log. A full disk must not keep the responder from mending: a line that cannot be written is an
 * error in the log, which then holds the only copy.
 */
export function changeRecorder(instance: string, audit: Audit, logger: Logger): RecordChange {
  return async (change) => {
    const { actor, ...rest } = change
    const line = { at: new Date().toISOString(), actor, instance, ...rest }
    logger.info({ event: 'operator.change', ...change }, 'an operator changed this instance')
    try {
      await audit.append(line)
    } catch (error) {
      logger.error({ event: 'operator.audit_failed', err: error, line }, 'the audit file cannot be written')
    }
  }
}
