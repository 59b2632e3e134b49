/** A place in line, as its owner sees it. */
export interface Place {
  token: string
  status: 'waiting' | 'admitted'
  /** People ahead; an admitted user has none. */
  position: number
  /** Of the token while waiting, of the turn once admitted. RFC 3339, UTC. */
  expiresAt: string
  /** At the rate of admission; longer while the room is full. 0 once admitted. */
  estimatedWaitSeconds: number
}

/**
 * Often enough to learn of one's turn and to be seen well within 30 s, seldom enough for thousands who wait. Seconds.
 */
const MIN_PAUSE = 1
const MAX_PAUSE = 10

/** After how many seconds to ask again: the header Retry-After. */
export function pauseOf({ estimatedWaitSeconds }: Place): number {
  return Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, Math.ceil(estimatedWaitSeconds / 2)))
}
