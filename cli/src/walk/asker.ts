import type { Outcome } from '../incident/events.ts'
import type { ActBlock, Step } from '../runbook/runbook.ts'

/** What a person says about something that only a person can judge. */
export type Judgement = { outcome: Outcome; note?: string } | 'stop'

/** What a block that decides was answered. */
export type Answer = 'yes' | 'no'

/** Who decides during a walk: a person at the terminal, or nobody (`unattended`). */
export interface Asker {
  /** Shall this act run? `startedAt` (UTC): it was started then and its end is unknown. */
  act(question: { block: ActBlock; startedAt?: string }): Promise<'run' | 'skip' | 'stop'>
  /** How did this manual step end? */
  manual(step: Step): Promise<Judgement>
  /** Something could not be done by the walk, because of `reason`: how is it by hand? */
  byHand(question: { name: string; reason: string; unattended: Outcome }): Promise<Judgement>
  /** A block that decides has measured this, or nothing: what holds? */
  decide(question: { name: string; measured?: Answer }): Promise<Answer | 'unknown' | 'stop'>
  /** Which value shall this parameter have? `default` stands at `from` in an earlier answer; absent: there is none. */
  param(question: {
    action: string
    param: string
    wanted: string
    from: string
    default?: string
  }): Promise<{ value: string } | 'absent' | 'skip' | 'stop'>
  /** These acts of the phase that ends were not offered: go on, or offer them now? */
  notOffered(question: { acts: string[] }): Promise<'continue' | 'offer' | 'stop'>
  /** A check or an act failed: what now? */
  failed(name: string): Promise<'continue' | 'retry' | 'stop'>
}

/**
 * Runs every act (all are idempotent, also those whose end is unknown), leaves manual steps to a person, records what
 * it cannot judge, obeys what was decided, and goes on after a failure: the summary tells.
 */
export const unattended: Asker = {
  act: async () => 'run',
  manual: async () => ({ outcome: 'unattended' }),
  byHand: async ({ reason, unattended: outcome }) => ({ outcome, note: reason }),
  decide: async ({ measured }) => measured ?? 'unknown',
  param: async ({ default: value }) => (value === undefined ? 'absent' : { value }),
  notOffered: async () => 'continue',
  failed: async () => 'continue',
}
