import type { QueueTokens } from '../queue-token/queue-token.ts'

/** A place in line. `position` is the number of people ahead; an admitted user has none. `expiresAt` in RFC 3339, UTC. */
export interface Place {
  token: string
  status: 'admitted'
  position: 0
  expiresAt: string
}

/** There is no waiting room in front of the box office: everybody is admitted at once. */
export function joinQueue(tokens: QueueTokens, userId: number): Place {
  const { text, token } = tokens.issue(userId, new Date())
  return { token: text, status: 'admitted', position: 0, expiresAt: token.expiresAt.toISOString() }
}
