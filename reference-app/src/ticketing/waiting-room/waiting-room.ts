import { randomBytes } from 'node:crypto'
import { Problem } from '../../platform/problem/problem.ts'
import type { QueueToken, QueueTokens } from '../queue-token.ts'
import type { Journal } from './journal.ts'
import type { JournalStore } from './journal-store.ts'
import { type LimitParts, LimitSync } from './limit-sync.ts'
import { type QueueStatus, RoomLostError } from './line.ts'
import type { Place } from './place.ts'
import { type Restored, RoomRepair } from './room-repair.ts'
import type { RoomLimits, WaitingRoomMode } from './room-rules.ts'
import type { RoomEvent } from './session.ts'

/** Maximum time in the queue and for the purchase. Plan a sale so that all are admitted within this time. */
const TOKEN_LIFETIME_MS = 4 * 60 * 60_000
/** Retry-After of the static page, in seconds: repairs take minutes. */
const STATIC_RETRY_SECONDS = 30

export interface WaitingRoomParts extends LimitParts {
  mode: WaitingRoomMode
  tokens: QueueTokens
  journal: Journal
  store: JournalStore
}

/**
 * Decides whose turn it is. Fails closed with `waiting_room_unavailable` when it cannot know. What belongs to a stay
 * (its token) is bound to a user, a time and an id, so the token of an earlier stay is worth nothing once there is a
 * later one.
 */
export class WaitingRoom {
  private readonly parts: WaitingRoomParts
  private readonly repair: RoomRepair
  private currentMode: WaitingRoomMode
  private readonly limitSync: LimitSync

  constructor(parts: WaitingRoomParts) {
    this.parts = parts
    this.repair = new RoomRepair({ ...parts, limits: () => this.limits })
    this.currentMode = parts.mode
    this.limitSync = new LimitSync(parts)
    parts.events.begun(parts.mode, parts.limits)
  }

  get mode(): WaitingRoomMode {
    return this.currentMode
  }

  get limits(): RoomLimits {
    return this.limitSync.current
  }

  /**
   * The stay that the user has, or a new one at the end of the line. Throws `waiting_room_static` or
   * `waiting_room_unavailable`.
   */
  async join(userId: number): Promise<Place> {
    if (this.mode === 'off') return this.admitAtOnce(userId)
    this.requireLive()
    const { line, journal } = this.parts
    const standing = await this.ask(() => line.join(userId, randomBytes(12).toString('base64url'), TOKEN_LIFETIME_MS))
    // Also one that was there before: its first call may have ended without an answer, and so without an entry.
    await journal.record({ session: standing.session })
    return this.placeOf(standing)
  }

  /** Also marks the user as still waiting. Throws as `join` does, and `queue_place_gone`. */
  async status(token: QueueToken, text: string): Promise<Place> {
    if (this.mode === 'off') return admitted(text, token.expiresAt)
    this.requireLive()
    const { userId, id = '' } = token
    const standing = await this.ask(() => this.parts.line.status(userId, id))
    if ('session' in standing) return this.placeOf(standing)
    if (standing.unknown && id !== '') await this.lookInJournal(userId, id)
    throw this.refusal('queue_place_gone', 'This place has ended. Join the queue again.')
  }

  /** Ends the stay of this token, if it is still one. Throws as `join` does. */
  async leave({ userId, id = '' }: QueueToken): Promise<void> {
    if (this.mode === 'off') return
    this.requireLive()
    if (id !== '') await this.ask(() => this.parts.line.leave(userId, id))
  }

  /**
   * Throws `queue_not_admitted`, or `waiting_room_unavailable` when it cannot know. While the room is static, turns go
   * on.
   */
  async requireAdmitted({ userId, id = '' }: QueueToken): Promise<void> {
    if (this.mode === 'off') return
    if (id !== '' && (await this.ask(() => this.parts.line.isAdmitted(userId, id)))) return
    throw this.refusal('queue_not_admitted', `It is not the turn of user ${userId}.`)
  }

  /** The user has bought: frees the place. Never rejects; if it fails, the turn ends at its time. */
  async completed(userId: number): Promise<void> {
    if (this.mode === 'live') await this.ask(() => this.parts.line.leave(userId)).catch(() => undefined)
  }

  /**
   * What an instance does several times a second: moves the line, and mends what can be mended. Rejects when it cannot.
   */
  async tick(): Promise<void> {
    if (this.mode !== 'live') return
    try {
      await this.limitSync.sendPending()
      this.parts.events.counted(await this.parts.line.tick())
    } catch (error) {
      if (!(error instanceof RoomLostError)) throw error
      await this.repair.mend()
    }
  }

  /** As `RoomRepair.restore`. */
  async restore(): Promise<Restored> {
    return await this.repair.restore()
  }

  setMode(mode: WaitingRoomMode): void {
    if (mode === this.currentMode) return
    this.currentMode = mode
    this.parts.events.modeSet(mode)
  }

  async setCapacity(capacity: number): Promise<void> {
    await this.limitSync.set({ capacity })
  }

  async setAdmissionRate(admissionsPerSecond: number): Promise<void> {
    await this.limitSync.set({ admissionsPerSecond })
  }

  /** Takes note of what a script did, in the one instance that it was reported to. */
  heard(events: RoomEvent[]): void {
    for (const event of events) {
      this.parts.events.happened(event)
      const { kind, session } = event
      if (session === undefined || kind === 'joined') continue // a join is written before it is answered
      this.parts.journal.note(kind === 'admitted' ? { session } : { session, endedAs: kind })
    }
  }

  async close(): Promise<void> {
    await this.parts.journal.close()
    this.parts.line.close()
  }

  /** A valid token that the room does not know: if its stay had not ended, the room lost it, which is reported. */
  private async lookInJournal(userId: number, id: string): Promise<void> {
    const dropped = await this.parts.store.drop(id).catch(() => false) // without the journal nobody can tell
    if (dropped) this.parts.events.happened({ kind: 'dropped', user: userId })
  }

  private requireLive(): void {
    if (this.mode !== 'static') return
    throw new Problem('waiting_room_static', 'The line stands still while it is being mended. Places are kept.', {
      headers: { 'retry-after': String(STATIC_RETRY_SECONDS) },
    })
  }

  /** Fails closed: every error becomes `waiting_room_unavailable`. */
  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      if (error instanceof RoomLostError && this.parts.line.wasSeen) this.parts.events.lostData()
      throw new Problem('waiting_room_unavailable', 'Your place is kept. Try again in a moment.', { cause: error })
    }
  }

  private refusal(code: 'queue_place_gone' | 'queue_not_admitted', detail: string): Problem {
    this.parts.events.rejected(code)
    return new Problem(code, detail, {
      headers: code === 'queue_place_gone' ? { 'www-authenticate': 'QueueToken' } : {},
    })
  }

  private placeOf({ session, admitted: isAdmitted, position, rate }: QueueStatus): Place {
    const { user, id, expires, admittedUntil } = session
    const text = this.parts.tokens.sign({ userId: user, id, expiresAt: new Date(expires) })
    if (isAdmitted) return admitted(text, new Date(admittedUntil))
    const estimatedWaitSeconds = Math.ceil((position + 1) / Math.max(rate, 1))
    return {
      token: text,
      status: 'waiting',
      position,
      expiresAt: new Date(expires).toISOString(),
      estimatedWaitSeconds,
    }
  }

  private admitAtOnce(userId: number): Place {
    const { text, token } = this.parts.tokens.issue(userId, new Date())
    return admitted(text, token.expiresAt)
  }
}

function admitted(token: string, expiresAt: Date): Place {
  return { token, status: 'admitted', position: 0, expiresAt: expiresAt.toISOString(), estimatedWaitSeconds: 0 }
}
