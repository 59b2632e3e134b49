import type { Problem } from '@drillbook/content/errors'
import type { Content } from './content.ts'

/** One promise that all content keeps. */
export interface Rule {
  name: string
  /** For people: what holds when there are no problems. */
  promise: string
  problems(content: Content): Problem[]
}
