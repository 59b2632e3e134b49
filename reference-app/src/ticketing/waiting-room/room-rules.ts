/** The rules of the house that do not change while it is open. Milliseconds. */
export interface RoomRules {
  /** A waiting user who is not seen for so long is gone. */
  abandonedAfterMs: number
  /** From admission to the end of the turn. */
  turnMs: number
}

/** What operators change at runtime; shared by all instances through the room's Redis. */
export interface RoomLimits {
  /** Admitted users at a time. */
  capacity: number
  /** At most so many are admitted in a second, and after a pause at once. 0: nobody. */
  admissionsPerSecond: number
}

/** Far above what one box office can serve: a typing error, most likely. */
export const MAX_CAPACITY = 1_000_000
export const MAX_ADMISSIONS_PER_SECOND = 100_000

/** live: people wait. static: the room stands still and a prepared page says so. off: everybody is admitted at once, without Redis. */
export const WAITING_ROOM_MODES = ['live', 'static', 'off'] as const
export type WaitingRoomMode = (typeof WAITING_ROOM_MODES)[number]
