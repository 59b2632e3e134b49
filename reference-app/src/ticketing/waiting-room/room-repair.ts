import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailableError } from '../../platform/database/errors.ts'
import { Problem } from '../../platform/problem/problem.ts'
import type { WaitingRoomEvents } from './events.ts'
import type { Journal } from './journal.ts'
import type { JournalStore } from './journal-store.ts'
import { type Line, RoomLostError } from './line.ts'
import { restoreRoom } from './restore-room.ts'
import type { RoomLimits } from './room-rules.ts'

/** Before a restoration, for joins that were answered and are not yet in the journal. Milliseconds. */
const FLUSH_LIMIT_MS = 1_000
/** For one that is under way elsewhere: a hundred thousand stays take some three seconds. Milliseconds. */
const JOIN_LIMIT_MS = 20_000
const JOIN_EVERY_MS = 100

export interface RepairParts {
  line: Line
  store: JournalStore
  journal: Journal
  events: WaitingRoomEvents
  /** What they are when the room opens again. */
  limits: () => RoomLimits
}

/** `restored`: stays. `joined`: another call did it, here or at another instance, and this one waited for its end. */
export interface Restored {
  restored: number
  joined: boolean
}

/** Rebuilds the room from its journal: by itself when it is lost, and on demand. One at a time over all instances. */
export class RoomRepair {
  private readonly parts: RepairParts

  constructor(parts: RepairParts) {
    this.parts = parts
  }

  /**
   * Rebuilds the room, needed or not; or waits for the end of a restoration that is under way, which counts when it
   * ends after we were asked. When whoever did it dies, it is done here. Throws `waiting_room_unavailable`,
   * `waiting_room_restoring`, or as Postgres fails.
   */
  async restore(): Promise<Restored> {
    try {
      return await this.doOrJoin()
    } catch (error) {
      if (error instanceof Problem || error instanceof DatabaseUnavailableError) throw error
      throw new Problem('waiting_room_unavailable', 'Its Redis does not take the restoration.', { cause: error })
    }
  }

  /** The room is lost. A journal without a single stay: it is new and has lost nothing. */
  async mend(): Promise<void> {
    const { store, events } = this.parts
    const isNew = await store.isEmpty().catch(() => false) // nobody can tell
    if (!isNew) events.lostData()
    const restored = await this.rebuild(() => this.isLost())
    if (restored === undefined) return
    if (isNew) events.opened()
    else events.restored(restored)
  }

  private async doOrJoin(): Promise<Restored> {
    const { line, events } = this.parts
    const askedAt = await line.now()
    const givenUpAt = performance.now() + JOIN_LIMIT_MS
    for (;;) {
      const restored = await this.rebuild(async () => (await line.restoredSince(askedAt)) === undefined)
      if (restored !== undefined) {
        events.restored(restored)
        return { restored, joined: false }
      }
      const others = await line.restoredSince(askedAt)
      if (others !== undefined) return { restored: others, joined: true }
      if (performance.now() > givenUpAt) {
        throw new Problem('waiting_room_restoring', `It did not end within ${JOIN_LIMIT_MS / 1_000} s. Ask again.`)
      }
      await pause(JOIN_EVERY_MS)
    }
  }

  /** How many stays. Undefined: another instance does it or, as `isNeeded` says, did. */
  private async rebuild(isNeeded: () => Promise<boolean>): Promise<number | undefined> {
    const { line, store, journal, limits } = this.parts
    await journal.flush(FLUSH_LIMIT_MS)
    return await restoreRoom({ line, store, limits, isNeeded })
  }

  private async isLost(): Promise<boolean> {
    try {
      await this.parts.line.tick()
      return false
    } catch (error) {
      if (error instanceof RoomLostError) return true
      throw error
    }
  }
}
