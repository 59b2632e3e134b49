import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '@drillbook/content/errors'
import { runAction } from '../actions/run-action.ts'
import { runStep, type TargetResult } from '../actions/run-step.ts'
import type { Environment } from '../environment/environment.ts'
import { readBack } from './read-back.ts'
import { type FaultRecord, isOn, type Session, type UndoRecord } from './session.ts'

/** How often and how long the keeper retries an undo. */
export interface RetryPolicy {
  /** The pauses between attempts at one undo; when they are used up it is given up for this round. */
  retryDelaysMs: readonly number[]
  /** Between two queries of Prometheus. */
  pollMs: number
  /** Until everything that failed is tried again. */
  nextRoundMs: number
}

/** About half a minute: longer than a supervisor needs to restart an API instance that is down. */
export const RETRY_POLICY: RetryPolicy = {
  retryDelaysMs: [250, 500, 1000, 2000, 4000, 8000, 15_000],
  pollMs: 250,
  nextRoundMs: 30_000,
}

type Undone = Omit<UndoRecord, 'what' | 'kind' | 'readBack'>

/**
 * Undoes what the session started: its faults in reverse, then its rollback actions, then reads every fault back (all
 * at once) and reverts a second time what did not come back. Faults that never started are left alone, and with none
 * started there is nothing to roll back either. Changes `session` as it goes and calls `save` after every step.
 */
export async function undoSession(
  environment: Environment,
  session: Session,
  retryPolicy: RetryPolicy,
  save: () => void,
): Promise<UndoRecord[]> {
  const started = session.faults.filter(isOn).reverse()
  const records = new Map<string, UndoRecord>()
  const keep = (record: UndoRecord) => {
    records.set(`${record.kind} ${record.what}`, record)
    session.undo = merge(session.undo, [...records.values()])
    save()
  }
  for (const fault of started) keep(faultRecord(fault, await revert(environment, session, fault, retryPolicy)))
  if (session.faults.length > 0) {
    for (const name of session.rollbacks) keep(await rollBack(environment, session, name, retryPolicy))
  }
  await Promise.all(
    started.map(async (fault) => {
      const first = records.get(`fault ${fault.name}`)
      if (first !== undefined) keep(await confirm(environment, session, fault, first, retryPolicy))
    }),
  )
  return session.undo
}

/** Undoes one fault and reads it back. */
export async function undoFault(
  environment: Environment,
  session: Session,
  fault: FaultRecord,
  retryPolicy: RetryPolicy,
  save: () => void,
): Promise<UndoRecord> {
  const first = faultRecord(fault, await revert(environment, session, fault, retryPolicy))
  const record = await confirm(environment, session, fault, first, retryPolicy)
  session.undo = merge(session.undo, [record])
  save()
  return record
}

async function confirm(
  environment: Environment,
  session: Session,
  fault: FaultRecord,
  first: UndoRecord,
  retryPolicy: RetryPolicy,
): Promise<UndoRecord> {
  let record = first
  for (const lastTry of [false, true]) {
    const seen = await readBack(environment, fault.reverted, retryPolicy.pollMs)
    record = {
      ...record,
      ok: record.ok && seen.readBack !== 'not_held',
      readBack: seen.readBack,
      finishedAt: new Date().toISOString(),
    }
    if (seen.detail !== undefined) record.error = [first.error, seen.detail].filter(Boolean).join('; ')
    if (seen.readBack !== 'not_held' || lastTry) break
    const again = await revert(environment, session, fault, retryPolicy)
    record = { ...record, ...again, startedAt: first.startedAt, attempts: record.attempts + again.attempts }
  }
  if (record.ok) fault.state = 'undone'
  return record
}

function faultRecord(fault: FaultRecord, undone: Undone): UndoRecord {
  return { what: fault.name, kind: 'fault', readBack: 'unknown', ...undone }
}

function revert(
  environment: Environment,
  session: Session,
  fault: FaultRecord,
  retryPolicy: RetryPolicy,
): Promise<Undone> {
  return untilAccepted(() => runStep(environment, fault.revert, { actor: actorOf(session) }), retryPolicy)
}

async function rollBack(
  environment: Environment,
  session: Session,
  name: string,
  retryPolicy: RetryPolicy,
): Promise<UndoRecord> {
  const run = async () => (await runAction(environment, name, {}, { actor: actorOf(session) })).targets
  return { what: name, kind: 'rollback', readBack: 'none', ...(await untilAccepted(run, retryPolicy)) }
}

/** Every target has to say yes; one that is down is retried until `retryDelaysMs` are used up. */
async function untilAccepted(run: () => Promise<TargetResult[]>, retryPolicy: RetryPolicy): Promise<Undone> {
  const startedAt = new Date().toISOString()
  let error = ''
  let attempts = 0
  for (const pauseMs of [...retryPolicy.retryDelaysMs, undefined]) {
    attempts++
    try {
      const refused = (await run()).filter((t) => !t.ok)
      if (refused.length === 0) return { startedAt, finishedAt: new Date().toISOString(), ok: true, attempts }
      error = refused.map((t) => `${t.target}: ${t.output || `status ${t.status ?? 'unknown'}`}`).join('; ')
    } catch (thrown) {
      error = messageOf(thrown)
    }
    if (pauseMs !== undefined) await delay(pauseMs)
  }
  return { startedAt, finishedAt: new Date().toISOString(), ok: false, attempts, error }
}

/** The latest record of each thing wins; the order stays that of the first attempt. */
function merge(old: readonly UndoRecord[], fresh: readonly UndoRecord[]): UndoRecord[] {
  const key = (r: UndoRecord) => `${r.kind} ${r.what}`
  const byKey = new Map(old.map((r) => [key(r), r]))
  for (const record of fresh) byKey.set(key(record), record)
  return [...byKey.values()]
}

/** Who the targets' audit logs name. */
export function actorOf(session: Session): string {
  return `keeper:${session.drill}`
}
