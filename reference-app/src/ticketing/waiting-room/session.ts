/**
 * One user's stay, from joining to the end of the turn. Times in Unix milliseconds by the clock of the room's Redis.
 */
export interface Session {
  user: number
  /** Distinguishes this stay from an earlier one of the same user. */
  id: string
  /** Place in the order of joining, over all users and instances: unique, ascending. */
  seq: number
  joined: number
  /** The end of the token, waiting or not. */
  expires: number
  /** 0 while waiting. */
  admittedUntil: number
}

/**
 * `completed`: bought, or left while admitted. `abandoned`: left or fell silent while waiting. `dropped`: lost by a
 * fault of the room.
 */
export const ENDINGS = ['completed', 'abandoned', 'expired', 'dropped'] as const
export type Ending = (typeof ENDINGS)[number]

/** What a script reports to exactly one caller. Times in milliseconds. */
export type RoomEvent =
  | { kind: 'joined'; user: number; session: Session }
  | { kind: 'admitted'; user: number; session: Session; waited: number; inverted: boolean }
  /** Without a session: all that was left of it was its place. */
  | { kind: Ending; user: number; session?: Session }
