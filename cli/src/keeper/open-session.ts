import { randomUUID } from 'node:crypto'
import { iso, later } from './deadlines.ts'
import { MANUAL, type Session } from './session.ts'

export interface OpenRequest {
  /** The session's, so that an opening whose answer was lost can be repeated. @default the keeper makes one */
  id?: string | undefined
  drill: string
  incident: string
  rollbacks: string[]
  leaseSeconds: number
  hardLimitSeconds: number
}

/** `now` in milliseconds. */
export function newSession(request: OpenRequest, now: number): Session {
  return {
    id: request.id ?? randomUUID(),
    drill: request.drill,
    incident: request.incident,
    state: 'live',
    openedAt: iso(now),
    leaseSeconds: request.leaseSeconds,
    leaseUntil: iso(now + request.leaseSeconds * 1000),
    hardLimitAt: iso(now + request.hardLimitSeconds * 1000),
    rollbacks: request.rollbacks,
    faults: [],
    undo: [],
  }
}

/** Faults started by hand share a session while it is live. */
export function isShared(session: Session, request: OpenRequest): boolean {
  return session.state === 'live' && session.drill === MANUAL && request.drill === MANUAL
}

/** As long as the longest of those who share it asked for. Changes `session`. */
export function prolong(session: Session, request: OpenRequest, now: number): void {
  session.leaseSeconds = Math.max(session.leaseSeconds, request.leaseSeconds)
  session.leaseUntil = later(session.leaseUntil, now + request.leaseSeconds * 1000)
  session.hardLimitAt = later(session.hardLimitAt, now + request.hardLimitSeconds * 1000)
}
