import type { TargetResult } from '../actions/run-action.ts'
import { valueIn } from '../actions/value-in.ts'
import type { IncidentEvent } from '../incident/events.ts'
import type { Reference } from '../runbook/runbook.ts'

/**
 * The JSON with which an action was answered: of several instances the first counts that agreed and answered in JSON.
 */
export function answerOf(targets: readonly TargetResult[]): unknown {
  return targets.find(({ ok, json }) => ok && json !== undefined)?.json
}

/** The answers of the latest walk that its record holds, by the block's name. */
export function recordedAnswers(events: readonly IncidentEvent[]): Map<string, unknown> {
  const start = events.findLastIndex((event) => event.type === 'walk.started' && !event.resumes)
  return new Map(
    events.slice(start + 1).flatMap((event) => {
      const answered = event.type === 'step.finished' || event.type === 'act.finished'
      return answered && event.json !== undefined ? [[event.step, event.json] as const] : []
    }),
  )
}

/**
 * The value that a parameter takes from an answer, as text. Undefined: there is none, or it is empty or no single
 * value.
 */
export function valueAt(answers: ReadonlyMap<string, unknown>, { block, path }: Reference): string | undefined {
  const value = valueIn(answers.get(block), path)
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
  return text === '' ? undefined : text
}
