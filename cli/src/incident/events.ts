import { z } from 'zod'

/**
 * What can happen in an incident: the lines of its events.jsonl. `at` is UTC, ISO 8601 with milliseconds. Events are
 * only ever appended; every state is derived from them (fold.ts).
 */

/**
 * How a step ended. `not-applicable`: it was not offered, because of an earlier answer. `open`: it is to be done later,
 * and nobody was asked.
 */
const outcome = z.enum(['done', 'failed', 'skipped', 'unattended', 'unknown', 'not-applicable', 'open'])
const phase = z.enum(['signs', 'immediate', 'short-term', 'long-term', 'afterwards'])
const target = z.object({
  target: z.string(),
  ok: z.boolean(),
  status: z.number().optional(),
  output: z.string(),
  durationMs: z.number(),
})
/** A person wanted it otherwise than the runbook: changed an answer, or did what was not offered. */
const overridden = z.literal(true).optional()
/** What the action was answered, when later steps take parameters from it. */
const json = z.unknown().optional()
const stepFields = { step: z.string(), title: z.string(), phase }

const bodies = [
  z.object({
    type: z.literal('opened'),
    id: z.string(),
    incident: z.string(),
    environment: z.string(),
    /** Where the environment was read from, so that it is found again when it is not one of environments/. */
    environmentFile: z.string().optional(),
    actor: z.string(),
    /** The drill whose incident this is; absent for a real one. */
    drill: z.string().optional(),
  }),
  /** An alert of this incident class, as seen when the incident was opened, walked or closed. */
  z.object({
    type: z.literal('alert'),
    name: z.string(),
    state: z.enum(['firing', 'resolved']),
    severity: z.string().optional(),
    summary: z.string().optional(),
    /** When its expression first held. */
    since: z.string().optional(),
  }),
  z.object({
    type: z.literal('walk.started'),
    mode: z.enum(['interactive', 'yes']),
    actor: z.string(),
    runbook: z.string(),
    /** True: goes on where the walk before it was. False: starts at the first step. */
    resumes: z.boolean(),
  }),
  z.object({ type: z.literal('walk.ended'), reason: z.enum(['finished', 'stopped', 'interrupted']) }),
  /** Written before the act runs: without an `act.finished` after it, it is unknown whether it took place. */
  z.object({
    type: z.literal('act.started'),
    ...stepFields,
    action: z.string(),
    params: z.record(z.string(), z.string()),
    /** What really runs, one line a target. */
    runs: z.array(z.string()),
  }),
  z.object({
    type: z.literal('act.finished'),
    ...stepFields,
    action: z.string(),
    ok: z.boolean(),
    targets: z.array(target),
    durationMs: z.number(),
    overridden,
    json,
  }),
  /** A check, a command, a manual step, or an act that did not run, and how it ended. */
  z.object({
    type: z.literal('step.finished'),
    ...stepFields,
    kind: z.enum(['check', 'act', 'command', 'manual']),
    outcome,
    startedAt: z.string(),
    /** The value that decided, in base units; null when there was none. */
    value: z.number().nullable().optional(),
    /** The value as people read it: "93.4 %". */
    shown: z.string().optional(),
    expect: z.string().optional(),
    note: z.string().optional(),
    /** What a step that decides was answered; absent while it is unknown. */
    answer: z.enum(['yes', 'no']).optional(),
    overridden,
    /** What each target answered to an action that only reads. */
    targets: z.array(target).optional(),
    json,
  }),
  /**
   * What users of one service went through from `from` until `until` (absent: until the event), counted by Prometheus.
   */
  z.object({
    type: z.literal('impact'),
    service: z.string(),
    from: z.string(),
    until: z.string().optional(),
    requests: z.number(),
    failed: z.number(),
    /** Took longer than one second. */
    slow: z.number(),
  }),
  /** Prometheus was unreachable at the end of the incident: alerts and impact up to then are still to be recorded. */
  z.object({ type: z.literal('impact.pending'), reason: z.string() }),
  /** All of the `impact` events before it are there, and nothing is pending any more. */
  z.object({ type: z.literal('impact.recorded') }),
  z.object({ type: z.literal('note'), actor: z.string(), text: z.string() }),
  /** A phase of a drill; `text` is the evidence in one sentence. */
  z.object({ type: z.literal('drill.phase'), phase: z.string(), text: z.string() }),
  z.object({ type: z.literal('closed'), actor: z.string(), note: z.string().optional() }),
] as const

const eventBody = z.discriminatedUnion('type', bodies)
export const incidentEvent = z.intersection(z.object({ at: z.iso.datetime() }), eventBody)

/** An event before it is appended: the record adds `at`. */
export type NewEvent = z.infer<typeof eventBody>
export type IncidentEvent = { at: string } & NewEvent
export type Outcome = z.infer<typeof outcome>
export type Phase = z.infer<typeof phase>
export type StepKind = 'check' | 'act' | 'command' | 'manual'
