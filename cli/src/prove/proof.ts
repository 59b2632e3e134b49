import type { Journal } from '../drill/journal.ts'

export type ProofVerdict = 'passed' | 'failed' | 'invalid' | 'aborted'

/** Seconds after the injection; null: not reached. */
export type Seconds = Record<'detect' | 'notify' | 'mitigate' | 'recover' | 'resolve', number | null>

/** What one run of a drill or a control showed, as docs/proof.json keeps it. Times are UTC. */
export interface ProofRun {
  /** The drill's or the control's name. */
  name: string
  kind: 'drill' | 'control'
  /** The drill's class; null for a control. */
  incident: string | null
  environment: string
  speed: number
  startedAt: string
  verdict: ProofVerdict
  reasons: string[]
  expected: string[]
  /** Every alert that fired meanwhile. */
  fired: string[]
  unexpected: string[]
  delivered: boolean
  mended: boolean
  resolved: boolean
  seconds: Seconds | null
  /** What our plumbing added to what the configuration asks for, in seconds. */
  overheadSeconds: number | null
}

/** A drill's run, from its journal. */
export function proofOf(journal: Journal): ProofRun {
  const passed = (name: string) => journal.phases.find((phase) => phase.name === name)?.status === 'passed'
  const { scorecard: card } = journal
  return {
    name: journal.drill,
    kind: 'drill',
    incident: journal.incident,
    environment: journal.environment,
    speed: journal.speed,
    startedAt: journal.startedAt,
    verdict: journal.verdict === 'running' ? 'aborted' : journal.verdict,
    reasons: journal.reasons,
    expected: journal.alerts.expected,
    fired: journal.alerts.fired,
    unexpected: journal.alerts.unexpected,
    delivered: passed('notify'),
    mended: journal.mitigatedBy === 'runbook',
    resolved: passed('resolve'),
    seconds: {
      detect: card.secondsToDetect,
      notify: card.secondsToNotify,
      mitigate: card.secondsToMitigate,
      recover: card.secondsToRecover,
      resolve: card.secondsToResolve,
    },
    overheadSeconds: journal.overheadSeconds,
  }
}
