/** A PromQL condition. Durations are milliseconds as written, for speed 1: divide by the environment's speed. */
export interface Condition {
  promql: string
  expect: string
  withinMs: number
}

/** One probe of the hypothesis. */
export interface Probe {
  name: string
  promql: string
  expect: string
}

/**
 * What has to hold when it is over, besides that users are served and alerts are quiet: that no order was lost, say.
 * It is asked by PromQL, or of an action that only reads.
 */
export type Claim = {
  title: string
  expect: string
  /** As in Condition. */
  withinMs: number
} & ({ promql: string } | Reading)

/** The value at a path in the JSON that an action answers. */
export interface Reading {
  read: string
  params: Record<string, string>
  /** Object keys and array indexes, joined by points; '' is the whole answer. */
  path: string
}

/** A drill file, read and checked. Durations are for speed 1. */
export interface Drill {
  /** The file's name without .yaml: `cache-outage` or `cache-outage.hung-unprotected`. */
  name: string
  /** Relative to the drillbook's root. */
  file: string
  title: string
  description: string
  incident: string
  /** The `service` label of those whom users talk to: impact is counted there. */
  service: string
  /** On: users must not be harmed, so the hypothesis has to hold throughout. Undefined: that is not judged. */
  protection?: 'on' | 'off' | undefined
  hypothesis: { title: string; probes: Probe[] }
  /** In the order in which they are injected; the last one is the outage itself. */
  faults: string[]
  /** Actions that bring back what the runbook changed, in order. */
  rollbacks: string[]
  alerts: { expected: string[]; allowed: string[] }
  confirm: Condition
  mitigated: Condition
  recovered: Condition
  /** The runbook's steps that must have been done for it to count as mended by the runbook. */
  mendedBy: string[]
  /** The acts of other causes: when one of them runs, the runbook did not tell the causes apart. */
  mustNotRun: string[]
  /** Asked once the alerts have resolved, before anything is rolled back. */
  proves: Claim[]
  abort: Probe[]
  limitsMs: { gate: number; detect: number; notify: number; walk: number; resolve: number }
}
