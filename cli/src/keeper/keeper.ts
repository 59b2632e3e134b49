import { messageOf } from '@drillbook/content/errors'
import { describeAction } from '../actions/run-action.ts'
import type { Environment } from '../environment/environment.ts'
import { clampLease, iso, later, undoReason } from './deadlines.ts'
import { injectFault, requireFault } from './inject.ts'
import { isShared, newSession, type OpenRequest, prolong } from './open-session.ts'
import { KeeperRefusal } from './refusal.ts'
import { type FaultRecord, isOn, isOpen, type Session, type UndoRecord } from './session.ts'
import type { StateFile } from './state-file.ts'
import { type RetryPolicy, undoFault, undoSession } from './undo.ts'

const TICK_MS = 200

/**
 * Holds the one session of this environment and undoes it when it is asked to, when its lease or a hard limit passes,
 * or when it comes back from its own crash and finds either. State is on disk before anything is injected; undoing does
 * not wait for a disk that takes nothing. Injections and undoings take turns; a renewal never waits for them.
 */
export class Keeper {
  private readonly read: () => Environment
  private readonly file: StateFile
  private readonly retryPolicy: RetryPolicy
  private readonly log: (message: string) => void
  private session: Session | undefined
  private turn: Promise<unknown> = Promise.resolve()
  private undoing: Promise<UndoRecord[]> | undefined
  private nextRoundAt = 0
  private readonly timer: NodeJS.Timeout

  constructor(read: () => Environment, file: StateFile, retryPolicy: RetryPolicy, log: (message: string) => void) {
    this.read = read
    this.file = file
    this.retryPolicy = retryPolicy
    this.log = log
    this.session = this.recall()
    this.timer = setInterval(() => this.tick(), TICK_MS)
  }

  /** As it is now. */
  get environment(): Environment {
    return this.read()
  }

  /** The session that is there, or the last one. */
  current(): Session | undefined {
    return this.session
  }

  /**
   * Refuses names that the environment does not know and a second session. A manual session is shared: it is prolonged.
   * Asking again with the same `id` gives the same session.
   */
  open(request: OpenRequest): Session {
    this.checkRollbacks(request.rollbacks)
    const now = Date.now()
    if (isOpen(this.session)) {
      if (this.session.id === request.id) return this.session
      if (isShared(this.session, request)) {
        prolong(this.session, request, now)
        this.save()
        return this.session
      }
      throw new KeeperRefusal(
        409,
        'session_open',
        `${this.session.drill} has a session (${this.session.id}, ${this.session.state}) since ${this.session.openedAt}`,
      )
    }
    this.session = newSession(request, now)
    this.save()
    this.log(`session ${this.session.id} opened for ${request.drill}`)
    return this.session
  }

  renew(id: string): Session {
    const session = this.live(id)
    session.leaseUntil = later(session.leaseUntil, Date.now() + session.leaseSeconds * 1000)
    this.save()
    return session
  }

  /** Injects; the state is on disk before. Asking again for a fault that is on changes nothing. */
  inject(id: string, name: string): Promise<FaultRecord> {
    const fault = requireFault(this.environment, name)
    this.live(id)
    return this.exclusive(() => injectFault(this.environment, this.live(id), fault, () => this.save(), this.log))
  }

  /** Undoes one fault; undefined when it was not on. */
  revert(id: string, name: string): Promise<UndoRecord | undefined> {
    this.live(id)
    return this.exclusive(async () => {
      const session = this.live(id)
      const fault = session.faults.find((f) => f.name === name && isOn(f))
      if (fault === undefined) return undefined
      const record = await undoFault(this.environment, session, fault, this.retryPolicy, () => this.saveIfPossible())
      this.log(`fault ${name} undone: ${describe(record)}`)
      return record
    })
  }

  /** Undoes everything; calls during an undo share its result. */
  end(id: string, reason = 'asked'): Promise<UndoRecord[]> {
    const session = this.session
    if (session === undefined || session.id !== id) throw new KeeperRefusal(404, 'no_session', `no session ${id}`)
    if (session.state === 'ended') return Promise.resolve(session.undo)
    this.undoing ??= this.exclusive(() => this.undo(session, reason)).finally(() => {
      this.undoing = undefined
    })
    return this.undoing
  }

  /** Stops watching. What is open stays in the file for the next start. */
  close(): void {
    clearInterval(this.timer)
  }

  private async undo(session: Session, reason: string): Promise<UndoRecord[]> {
    session.state = 'undoing'
    session.reason ??= reason
    this.saveIfPossible()
    this.log(`session ${session.id} is undone: ${reason}`)
    await undoSession(this.environment, session, this.retryPolicy, () => this.saveIfPossible())
    const failed = session.undo.filter((u) => !u.ok)
    session.state = failed.length === 0 ? 'ended' : 'stuck'
    if (failed.length === 0) session.endedAt = iso(Date.now())
    this.nextRoundAt = Date.now() + this.retryPolicy.nextRoundMs
    this.saveIfPossible()
    for (const record of session.undo) this.log(`${record.what}: ${describe(record)}`)
    return session.undo
  }

  private tick(): void {
    const session = this.session
    if (!isOpen(session) || this.undoing !== undefined) return
    const reason = undoReason(session, Date.now(), this.nextRoundAt)
    if (reason !== undefined) void this.end(session.id, reason).catch((error) => this.log(`undo failed: ${error}`))
  }

  private recall(): Session | undefined {
    const session = this.file.read(this.log)
    if (!isOpen(session)) return session
    clampLease(session, Date.now())
    this.log(`found session ${session.id} of ${session.drill}, ${session.state}, lease until ${session.leaseUntil}`)
    return session
  }

  private live(id: string): Session {
    const session = this.session
    if (session === undefined || session.id !== id) throw new KeeperRefusal(404, 'no_session', `no session ${id}`)
    if (session.state === 'live') return session
    throw new KeeperRefusal(409, 'session_over', `session ${id} is ${session.state}: ${session.reason ?? 'asked'}`)
  }

  private checkRollbacks(names: readonly string[]): void {
    for (const name of names) {
      try {
        describeAction(this.environment, name, {})
      } catch (error) {
        throw new KeeperRefusal(422, 'unknown_action', error instanceof Error ? error.message : String(error))
      }
    }
  }

  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => undefined)
    return result
  }

  private save(): void {
    if (this.session !== undefined) this.file.write(this.session)
  }

  /**
   * For undoing: what the file says is then undone once more after a crash, which harms nobody; a fault that stays on
   * does.
   */
  private saveIfPossible(): void {
    try {
      this.save()
    } catch (error) {
      this.log(`the state could not be written: ${messageOf(error)}`)
    }
  }
}

function describe(record: UndoRecord): string {
  const what = record.ok ? 'undone' : 'NOT undone'
  return `${what} after ${record.attempts} attempt(s), read-back ${record.readBack}${record.error ? ` (${record.error})` : ''}`
}
