import { isOn, type Session } from './session.ts'

/**
 * The earliest limit that has passed, as the reason for an undo; undefined while there is none. Times in milliseconds.
 */
export function undoReason(session: Session, now: number, nextRoundAt: number): string | undefined {
  switch (session.state) {
    case 'ended':
      return undefined
    case 'undoing':
      return session.reason ?? 'the keeper was restarted while it undid'
    case 'stuck':
      return now >= nextRoundAt ? 'trying again what failed' : undefined
    case 'live': {
      if (now >= Date.parse(session.hardLimitAt)) return 'the hard limit passed'
      if (now >= Date.parse(session.leaseUntil)) return 'the lease was not renewed'
      const expired = session.faults.find((f) => isOn(f) && now >= Date.parse(f.expiresAt))
      return expired === undefined ? undefined : `the ttl of ${expired.name} passed`
    }
  }
}

/** A clock that was set back while the keeper was down must not make a lease longer than it ever was. */
export function clampLease(session: Session, now: number): void {
  const longest = now + session.leaseSeconds * 1000
  if (Date.parse(session.leaseUntil) > longest) session.leaseUntil = iso(longest)
}

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** The later of a time and a moment in milliseconds: a deadline only ever moves away. */
export function later(a: string, ms: number): string {
  return iso(Math.max(Date.parse(a), ms))
}
