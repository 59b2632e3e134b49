import { z } from 'zod'
import { stepSchema } from './step-schema.ts'

/** Times are UTC, ISO 8601 with milliseconds: what the state file holds and what the keeper answers. */
const time = z.iso.datetime()

export const undoRecordSchema = z.object({
  /** The fault or the action. */
  what: z.string(),
  kind: z.enum(['fault', 'rollback']),
  startedAt: time,
  finishedAt: time,
  /** It ran and every target said yes, and no read-back contradicts it. */
  ok: z.boolean(),
  /**
   * `unknown`: Prometheus could not be asked, so it is not proven that it worked. `none`: there is nothing to read
   * back.
   */
  readBack: z.enum(['held', 'not_held', 'unknown', 'none']),
  /** How often it was run until it was accepted, or given up. */
  attempts: z.number().int().nonnegative(),
  error: z.string().optional(),
})

export const faultRecordSchema = z.object({
  name: z.string(),
  /**
   * `starting` is written before the injection: such a fault may or may not be on, so it is undone like an active one.
   */
  state: z.enum(['starting', 'active', 'undone']),
  startedAt: time,
  /** When the injection was done; absent while it runs or when it failed. */
  activeAt: time.optional(),
  /** The fault's own hard limit (`ttl` in the environment file). */
  expiresAt: time,
  /** Copied here, so that the undo does not depend on the environment file staying as it was. */
  revert: stepSchema,
  reverted: z.object({ promql: z.string(), expect: z.string(), within: z.string() }),
})

export const sessionSchema = z.object({
  id: z.string(),
  /** `manual` for faults started by hand. */
  drill: z.string(),
  incident: z.string(),
  /** live -> undoing -> ended, or stuck: something could not be undone and is tried again every half minute. */
  state: z.enum(['live', 'undoing', 'ended', 'stuck']),
  openedAt: time,
  leaseSeconds: z.number().positive(),
  /** A wall-clock deadline, so that it outlives the keeper's own crash. */
  leaseUntil: time,
  hardLimitAt: time,
  /** Actions of the environment that bring back what a runbook may have changed; run after the faults are undone. */
  rollbacks: z.array(z.string()),
  /** In the order in which they were started. */
  faults: z.array(faultRecordSchema),
  undo: z.array(undoRecordSchema),
  endedAt: time.optional(),
  /** Why it was undone: `asked`, or which limit passed. */
  reason: z.string().optional(),
})

export type UndoRecord = z.infer<typeof undoRecordSchema>
export type FaultRecord = z.infer<typeof faultRecordSchema>
export type Session = z.infer<typeof sessionSchema>

/** The name of sessions that `drillbook fault start` opens; several faults may share one. */
export const MANUAL = 'manual'

/** A fault that may be on right now. */
export function isOn(fault: FaultRecord): boolean {
  return fault.state !== 'undone'
}

/** Another session cannot be opened while this one is here: one drill at a time. */
export function isOpen(session: Session | undefined): session is Session {
  return session !== undefined && session.state !== 'ended'
}
