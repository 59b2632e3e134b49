import type { Outcome } from '../incident/events.ts'
import type { ActBlock, Step } from '../runbook/runbook.ts'

/** What a person says about something that only a person can judge. */
export type Judgement = { outcome: Outcome; note?: string } | 'stop'

/** Who decides during a walk: a person at the terminal, or nobody (`unattended`). */
export interface Asker {
  /** Shall this act run? `startedAt` (UTC): it was started then and its end is unknown. */
  act(question: { block: ActBlock; startedAt?: string }): Promise<'run' | 'skip' | 'stop'>
  /** How did this manual step end? */
  manual(step: Step): Promise<Judgement>
  /** Something could not be done by the walk, because of `reason`: how is it by hand? */
  byHand(question: { name: string; reason: string; unattended: Outcome }): Promise<Judgement>
  /** A check or an act failed: what now? */
  failed(name: string): Promise<'continue' | 'retry' | 'stop'>
}

/**
 * Runs every act (all are idempotent, also those whose end is unknown), leaves manual steps to a person, records what it
 * cannot judge, and goes on after a failure: the summary tells.
 */
export const unattended: Asker = {
  act: async () => 'run',
  manual: async () => ({ outcome: 'unattended' }),
  byHand: async ({ reason, unattended: outcome }) => ({ outcome, note: reason }),
  failed: async () => 'continue',
}
