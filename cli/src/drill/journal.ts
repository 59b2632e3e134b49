import type { StepRecord } from '../incident/fold.ts'
import type { UndoRecord } from '../keeper/session.ts'

/**
 * The record of one drill, as `.drillbook/drills/<id>/journal.json` holds it and `--json` prints it. Its JSON Schema is
 * cli/schema/journal.schema.json. Times are UTC, ISO 8601 with milliseconds; null: it did not happen, or was not
 * reached.
 */
export interface Journal {
  version: 1
  id: string
  drill: string
  title: string
  incident: string
  environment: string
  /** How many times faster than written the rules ran. */
  speed: number
  /** Null: the drill says nothing of it, so harm to users is not judged. */
  protection: 'on' | 'off' | null
  /** `running` until the end; a journal that says so without its process is of a drill that was killed. */
  verdict: Verdict
  /** Why the verdict is not `passed`, one sentence each. */
  reasons: string[]
  startedAt: string
  finishedAt: string | null
  runner: { pid: number; host: string; processStartedAt: string | null }
  /** The keeper's session and the incident record of the walk. */
  session: string | null
  incidentId: string | null
  hypothesis: { title: string; saidByHuman: string | null }
  phases: PhaseRecord[]
  times: Record<Moment, string | null>
  /** What each time was read from. */
  evidence: Partial<Record<Moment, string>>
  alerts: {
    expected: string[]
    fired: string[]
    unexpected: string[]
    detail: AlertDetail[]
  }
  /** Counted between injectedAt and recoveredAt (or the rollback); null when it could not be counted. */
  impact: { requests: number | null; failed: number | null; slow: number | null; evidence: string }
  /** `unclear`: acts of another cause ran, too. */
  mitigatedBy: 'runbook' | 'rollback' | 'itself' | 'unclear' | 'none'
  /** The faults that were started, in order. */
  faults: string[]
  /** Every act of the runbook that began, and when; an act that was offered and not run is not here. */
  acts: BegunAct[]
  undo: UndoRecord[]
  /** What our plumbing added to what the configuration asks for, in seconds; see overhead.ts. */
  overheadSeconds: number | null
  overhead: OverheadDetail | null
  scorecard: Scorecard
  /** What the drill `proves`; each is one of `checks`, too. */
  proves: ClaimRecord[]
  checks: Check[]
  messages: Message[]
  steps: StepRecord[]
}

export type Verdict = 'running' | 'passed' | 'failed' | 'invalid' | 'aborted'

export const MOMENTS = [
  'injectedAt',
  'confirmedAt',
  'signalAt',
  'firingAt',
  'notifiedAt',
  'mitigatedAt',
  'recoveredAt',
  'resolvedAt',
] as const
export type Moment = (typeof MOMENTS)[number]

export const PHASES = [
  'gate',
  'hypothesis',
  'inject',
  'confirm',
  'detect',
  'notify',
  'walk',
  'mitigate',
  'recover',
  'resolve',
  'prove',
  'roll back',
  'verify',
  'score',
  'report',
] as const
export type PhaseName = (typeof PHASES)[number]

export interface PhaseRecord {
  name: PhaseName
  status: 'running' | 'passed' | 'failed' | 'skipped'
  startedAt: string
  finishedAt: string | null
  /** What was seen, in one sentence. */
  text: string
  /** It failed because evidence is absent, not because it is bad. */
  notProven?: true
}

export interface AlertDetail {
  name: string
  /** First moment at which the rule's expression holds on stored samples. */
  signalAt: string | null
  firingAt: string | null
  notifiedAt: string | null
  /** It was in the incident's first message; an alert that joins later waits for the next group interval. */
  inFirstMessage: boolean
  overheadSeconds: number | null
}

/** The terms of overheadSeconds = notifiedAt - signalAt - (interval + for + groupWait), all in seconds. */
export interface OverheadDetail {
  alert: string
  signalToNotifiedSeconds: number
  intervalSeconds: number
  forSeconds: number
  /** group_wait, or group_interval when the incident's group was still there from an earlier outbreak. */
  groupWaitSeconds: number
  groupWasThere: boolean
}

/** Seconds after injectedAt. */
export interface Scorecard {
  secondsToDetect: number | null
  secondsToNotify: number | null
  secondsToMitigate: number | null
  secondsToRecover: number | null
  secondsToResolve: number | null
}

export interface BegunAct {
  name: string
  startedAt: string
}

/** What became of a claim. */
export interface ClaimRecord {
  title: string
  /** The PromQL, or the action with its parameters and the path in its answer. */
  asked: string
  state: Check['state']
  /** What was seen at last, and what was expected. */
  text: string
  /** When it was seen. */
  at: string | null
}

/** `not proven`: the evidence is absent. Only `held` is `ok`. */
export interface Check {
  name: string
  ok: boolean
  state: 'held' | 'failed' | 'not proven'
  text: string
}

/** A Slack message. `drill`: one of the CLI's own. `delivered` is false for one that never arrived. */
export interface Message {
  kind: 'firing' | 'resolved' | 'drill'
  at: string
  text: string
  delivered: boolean
}
