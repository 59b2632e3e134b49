import type { Topic } from './topics.ts'

/** What a user asks people about. */
export interface Inquiry {
  id: number
  topic: Topic
  message: string | null
  /** RFC 3339, UTC. */
  at: string
}
