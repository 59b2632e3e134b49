import type { Topic } from './topics.ts'

/** An inquiry to support. */
export interface Inquiry {
  id: number
  topic: Topic
  message: string | null
  /** RFC 3339, UTC. */
  at: string
}
