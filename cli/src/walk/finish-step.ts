import type { TargetResult } from '../actions/run-action.ts'
import type { Outcome, StepKind } from '../incident/events.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { Answer } from './asker.ts'
import type { Item, Walk } from './walk.ts'

/** What a step leaves in the record besides its outcome. */
export interface Findings {
  /** UTC, ISO 8601. */
  startedAt: string
  value?: number | null
  shown?: string
  expect?: string
  note?: string
  answer?: Answer
  overridden?: true
  targets?: TargetResult[]
  /** The JSON that an action answered, for the parameters of later blocks: in the record only. */
  json?: unknown
}

/** Puts the end of a step on the disk and returns it as the summary has it. */
export function finishStep(
  { incident }: Walk,
  item: Item,
  kind: StepKind,
  outcome: Outcome,
  { json, targets, ...findings }: Findings,
): StepRecord {
  const { title, phase } = item.step
  const found = {
    ...findings,
    ...(item.overridden ? { overridden: true as const } : {}),
    ...(targets === undefined ? {} : { targets: targets.map(forRecord) }),
  }
  const event = incident.append({
    type: 'step.finished',
    step: item.name,
    title,
    phase,
    kind,
    outcome,
    ...found,
    ...(json === undefined ? {} : { json }),
  })
  return { name: item.name, title, phase, kind, outcome, finishedAt: event.at, ...found }
}

/** What a target answered, without the whole of its JSON. */
export function forRecord({ json: _, ...target }: TargetResult): TargetResult {
  return target
}
