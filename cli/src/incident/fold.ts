import type { TargetResult } from '../actions/run-action.ts'
import type { IncidentEvent, Outcome, Phase, StepKind } from './events.ts'

/** One step of the walk and how it ended. Times are UTC, ISO 8601. */
export interface StepRecord {
  /** The name of the runbook's block; for a manual step its title in kebab-case. */
  name: string
  title: string
  phase: Phase
  kind: StepKind
  outcome: Outcome
  startedAt: string
  finishedAt: string
  /** Of a check: the value that decided, in base units; null when there was none. */
  value?: number | null
  /** Of a check: the value as people read it. */
  shown?: string
  expect?: string
  note?: string
  /** Of a step that decides: absent while it is unknown. */
  answer?: 'yes' | 'no'
  /** A person changed the answer, or did what was not offered. */
  overridden?: true
  /** Of an act, or a check by an action: what each target answered. */
  targets?: TargetResult[]
}

/** Whether a step was asked for in its walk: one of another cause was not, and one for the long term waits. */
export function wasOffered({ outcome }: StepRecord): boolean {
  return outcome !== 'not-applicable' && outcome !== 'open'
}

/** What the events of an incident add up to. */
export interface IncidentState {
  id: string
  incident: string
  environment: string
  /** Where it was read from; absent in records of before it was kept. */
  environmentFile?: string
  actor: string
  drill?: string
  openedAt: string
  closedAt?: string
  status: 'open' | 'closed'
  /** Every alert that was seen firing, once. */
  alerts: { name: string; state: 'firing' | 'resolved'; severity?: string; summary?: string; since?: string }[]
  /** The latest walk; a resumed walk is the same one. */
  walk?: { startedAt: string; mode: 'interactive' | 'yes'; ended?: 'finished' | 'stopped' | 'interrupted' }
  /** The steps of the latest walk in the order in which they ended; a repeated step has its last outcome. */
  steps: StepRecord[]
  /** An act of the latest walk that was started and whose end is unknown. */
  unfinishedAct?: { step: string; action: string; startedAt: string }
  /** Why alerts and impact at the end are still to be recorded; absent when they are not. */
  pendingImpact?: string
  /** By service; counted when the incident was closed, or later for the time up to then. */
  impact: { service: string; from: string; until: string; requests: number; failed: number; slow: number }[]
  notes: { at: string; actor: string; text: string }[]
}

/** Derives the state. Throws when the first event is not `opened`: then it is not an incident's record. */
export function fold(events: readonly IncidentEvent[]): IncidentState {
  const first = events.find((e) => e.type === 'opened')
  if (first === undefined) throw new Error('an incident begins with the event `opened`')
  const state: IncidentState = {
    id: first.id,
    incident: first.incident,
    environment: first.environment,
    ...(first.environmentFile === undefined ? {} : { environmentFile: first.environmentFile }),
    actor: first.actor,
    ...(first.drill === undefined ? {} : { drill: first.drill }),
    openedAt: first.at,
    status: 'open',
    alerts: [],
    steps: [],
    impact: [],
    notes: [],
  }
  for (const event of events) apply(state, event)
  return state
}

function apply(state: IncidentState, event: IncidentEvent): void {
  switch (event.type) {
    case 'alert': {
      const known = state.alerts.find((a) => a.name === event.name)
      const { name, severity, summary, since } = event
      if (known !== undefined) known.state = event.state
      else {
        state.alerts.push({
          name,
          state: event.state,
          ...(severity === undefined ? {} : { severity }),
          ...(summary === undefined ? {} : { summary }),
          ...(since === undefined ? {} : { since }),
        })
      }
      return
    }
    case 'walk.started':
      if (!event.resumes) {
        state.steps = []
        delete state.unfinishedAct
      }
      state.walk = {
        startedAt: event.resumes ? (state.walk?.startedAt ?? event.at) : event.at,
        mode: event.mode,
      }
      return
    case 'walk.ended':
      if (state.walk !== undefined) state.walk.ended = event.reason
      return
    case 'act.started':
      state.unfinishedAct = { step: event.step, action: event.action, startedAt: event.at }
      return
    case 'act.finished':
      finish(state, {
        ...identity(event),
        kind: 'act',
        outcome: event.ok ? 'done' : 'failed',
        startedAt: state.unfinishedAct?.startedAt ?? event.at,
        finishedAt: event.at,
        targets: event.targets,
        ...(event.overridden === undefined ? {} : { overridden: event.overridden }),
      })
      return
    case 'step.finished':
      finish(state, {
        ...identity(event),
        kind: event.kind,
        outcome: event.outcome,
        startedAt: event.startedAt,
        finishedAt: event.at,
        ...(event.value === undefined ? {} : { value: event.value }),
        ...(event.shown === undefined ? {} : { shown: event.shown }),
        ...(event.expect === undefined ? {} : { expect: event.expect }),
        ...(event.note === undefined ? {} : { note: event.note }),
        ...(event.answer === undefined ? {} : { answer: event.answer }),
        ...(event.overridden === undefined ? {} : { overridden: event.overridden }),
        ...(event.targets === undefined ? {} : { targets: event.targets }),
      })
      return
    case 'impact': {
      const { service, from, until = event.at, requests, failed, slow } = event
      const counted = { service, from, until, requests, failed, slow }
      state.impact = [...state.impact.filter((i) => i.service !== service), counted]
      return
    }
    case 'impact.pending':
      state.pendingImpact = event.reason
      return
    case 'impact.recorded':
      delete state.pendingImpact
      return
    case 'note':
      state.notes.push({ at: event.at, actor: event.actor, text: event.text })
      return
    case 'closed':
      state.closedAt = event.at
      state.status = 'closed'
      return
  }
}

function identity(event: { step: string; title: string; phase: Phase }): Pick<StepRecord, 'name' | 'title' | 'phase'> {
  return { name: event.step, title: event.title, phase: event.phase }
}

function finish(state: IncidentState, step: StepRecord): void {
  state.steps = [...state.steps.filter((s) => s.name !== step.name), step]
  if (state.unfinishedAct?.step === step.name) delete state.unfinishedAct
}
