import type { Expectation } from '../expectation.ts'
import type { Phase } from '../incident/events.ts'

export type { Phase } from '../incident/events.ts'

/** The headings of every runbook, in this order, and the phase of the walk that each begins, if any. */
export const SECTIONS: readonly { heading: string; phase?: Phase }[] = [
  { heading: 'Meaning' },
  { heading: 'Impact' },
  { heading: 'Signs', phase: 'signs' },
  { heading: 'Immediate', phase: 'immediate' },
  { heading: 'Short term', phase: 'short-term' },
  { heading: 'Long term', phase: 'long-term' },
  { heading: 'Afterwards', phase: 'afterwards' },
]

export interface FrontMatter {
  title: string
  incident: string
  alerts: string[]
  severity: 'critical' | 'warning'
  owner: string
  /** From the opening of the incident, in milliseconds of people's time: not divided by an environment's speed. */
  limitsMs: { immediate: number; short: number; long: number }
  /** Why no drill can prove this runbook's alerts; absent where drills do. */
  noDrill?: string
}

/** Asks Prometheus. Durations are as written, for speed 1; absent `within`: the first answer decides; absent `for`: one is enough. */
export interface CheckBlock {
  type: 'check'
  name: string
  promql: string
  expect: Expectation
  withinMs?: number
  forMs?: number
  /** An empty result holds. */
  emptyHolds: boolean
  line: number
}

/** Changes something: one named action of the environment. */
export interface ActBlock {
  type: 'act'
  name: string
  action: string
  params: Record<string, string>
  /** The action that takes it back, as the runbook says. */
  undo?: string
  /** As the runbook writes it, for people. */
  command: string
  line: number
}

/** Looks at something: a `drillbook` command that changes nothing. */
export interface CommandBlock {
  type: 'command'
  name: string
  /** Without the leading `drillbook`. */
  argv: string[]
  command: string
  line: number
}

export type Block = CheckBlock | ActBlock | CommandBlock

export interface Step {
  phase: Phase
  title: string
  /** The title in kebab-case: the name of the step when it is manual. */
  slug: string
  why: string
  method: string
  goal: string
  /** Everything else that is written there, as plain text; without its blocks. */
  prose: string
  /** Empty: a manual step. */
  blocks: Block[]
  line: number
}

export interface Runbook {
  /** Relative to the drillbook's root. */
  file: string
  frontMatter: FrontMatter
  /** The text of each section that is no phase, as Markdown, by heading. */
  sections: Record<string, string>
  steps: Step[]
}
