import type { Expectation } from '@drillbook/content/expectation'
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
  /** Why no drill can prove an alert, by its name; drills prove the others. */
  noDrill: Record<string, string>
}

/** The block is offered only when an earlier one, which decides, was answered like this. */
export interface Condition {
  decision: string
  answer: 'yes' | 'no'
}

/**
 * Where a parameter's value stands in the JSON that an earlier block's action answered: object keys and array indexes.
 */
export interface Reference {
  block: string
  path: string[]
}

/** What every block has. */
interface Placed {
  name: string
  when?: Condition
  line: number
}

/**
 * Asks Prometheus. Durations are as written, for speed 1; absent `within`: the first answer decides; absent `for`: one
 * is enough.
 */
export interface CheckBlock extends Placed {
  type: 'check'
  promql: string
  expect: Expectation
  withinMs?: number
  forMs?: number
  /** An empty result holds. */
  emptyHolds: boolean
  /** Tells causes apart: it is answered with yes or no and never fails. */
  decides: boolean
}

/** How one named action of the environment is called. */
export interface ActionCall {
  action: string
  params: Record<string, string>
  /** The parameters whose values an earlier block answers, by name. */
  references: Record<string, Reference>
}

/** Changes something. */
export interface ActBlock extends Placed, ActionCall {
  type: 'act'
  /** The action that takes it back, as the runbook says. */
  undo?: string
  /** An environment may do without it: where it is not bound, a person does it by hand, if it can be done at all. */
  optional: boolean
  /** As the runbook writes it, for people. */
  command: string
}

/** Asks by an action that only reads. */
export interface LookBlock extends Placed, ActionCall {
  type: 'look'
  decides: boolean
  command: string
}

/** Looks at something: a `drillbook` command that changes nothing. */
export interface CommandBlock extends Placed {
  type: 'command'
  /** Without the leading `drillbook`. */
  argv: string[]
  decides: boolean
  command: string
}

export type Block = CheckBlock | ActBlock | LookBlock | CommandBlock

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
