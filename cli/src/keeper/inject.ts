import { runStep } from '../actions/run-step.ts'
import { durationMs, type Environment, type Fault } from '../environment/environment.ts'
import { iso } from './deadlines.ts'
import { KeeperRefusal } from './refusal.ts'
import type { FaultRecord, Session } from './session.ts'
import { actorOf } from './undo.ts'

/** A fault of the environment, with its name. */
type NamedFault = Fault & { name: string }

/** Throws `unknown_fault`. */
export function requireFault(environment: Environment, name: string): NamedFault {
  const fault = environment.faults.get(name)
  if (fault !== undefined) return { ...fault, name }
  const known = [...environment.faults.keys()].join(', ') || 'none'
  throw new KeeperRefusal(422, 'unknown_fault', `the environment knows no fault ${name}; it knows: ${known}`)
}

/**
 * Injects; changes `session` and calls `save` before, and again when it is done. Does nothing for a fault that is on.
 * Throws `injection_failed`: it may be on in part, and stays `starting`, so that it is undone like one that is on.
 */
export async function injectFault(
  environment: Environment,
  session: Session,
  fault: NamedFault,
  save: () => void,
  log: (message: string) => void,
): Promise<FaultRecord> {
  const { name } = fault
  const active = session.faults.find((f) => f.name === name && f.state === 'active')
  if (active !== undefined) return active
  const now = Date.now()
  const record: FaultRecord = {
    name,
    state: 'starting',
    startedAt: iso(now),
    expiresAt: iso(now + durationMs(fault.ttl)),
    revert: fault.revert,
    reverted: fault.reverted,
  }
  session.faults = [...session.faults.filter((f) => f.name !== name), record]
  session.undo = session.undo.filter((u) => u.what !== name)
  save()
  log(`fault ${name} starts`)
  const refused = (await runStep(environment, fault.inject, { actor: actorOf(session) })).filter((t) => !t.ok)
  if (refused.length > 0) {
    const why = refused.map((t) => `${t.target}: ${t.output || `status ${t.status}`}`).join('; ')
    log(`fault ${name} could not be injected: ${why}`)
    throw new KeeperRefusal(502, 'injection_failed', `${name} could not be injected: ${why}`)
  }
  record.state = 'active'
  record.activeAt = iso(Date.now())
  save()
  log(`fault ${name} is on`)
  return record
}
