import type { Outcome, StepKind } from '../incident/events.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { Item, Walk } from './walk.ts'

/** What a step leaves in the record besides its outcome. */
export interface Findings {
  /** UTC, ISO 8601. */
  startedAt: string
  value?: number | null
  shown?: string
  expect?: string
  note?: string
}

/** Puts the end of a step on the disk and returns it as the summary has it. */
export function finishStep(
  { incident }: Walk,
  item: Item,
  kind: StepKind,
  outcome: Outcome,
  findings: Findings,
): StepRecord {
  const { title, phase } = item.step
  const event = incident.append({ type: 'step.finished', step: item.name, title, phase, kind, outcome, ...findings })
  return { name: item.name, title, phase, kind, outcome, finishedAt: event.at, ...findings }
}
