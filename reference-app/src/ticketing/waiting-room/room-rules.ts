/** Rules of the waiting room that are fixed while it runs. Milliseconds. */
export interface RoomRules {
  /** A waiting user who is not seen for so long loses the place. */
  abandonedAfterMs: number
  /** From admission to the end of the turn. */
  turnMs: number
}

/** What operators change at runtime; shared by all instances through the room's Redis. */
export interface RoomLimits {
  /** Admitted users at a time. */
  capacity: number
  /** Maximum admissions per second, and burst after a pause. 0: no admissions. */
  admissionsPerSecond: number
}

/** Far above what one box office can serve: a typing error, most likely. */
export const MAX_CAPACITY = 1_000_000
export const MAX_ADMISSIONS_PER_SECOND = 100_000

/**
 * live: users queue. static: the queue is paused and a prepared page says so. off: all are admitted at once, without
 * Redis.
 */
export const WAITING_ROOM_MODES = ['live', 'static', 'off'] as const
export type WaitingRoomMode = (typeof WAITING_ROOM_MODES)[number]
