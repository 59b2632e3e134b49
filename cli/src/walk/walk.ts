import type { Environment } from '../environment/environment.ts'
import type { StepRecord } from '../incident/fold.ts'
import type { IncidentRecord } from '../incident/record.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import type { Block, Runbook, Step } from '../runbook/runbook.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import type { Answer, Asker } from './asker.ts'

/** How a walk went. */
export interface WalkSummary {
  /** `stopped`: a person chose to; the walk can be resumed. */
  ended: 'finished' | 'stopped'
  /** Every step of this walk, those done before a resume included, in the order in which they ended. */
  steps: StepRecord[]
}

export interface WalkOptions {
  stdio: Stdio
  environment: Environment
  runbook: Runbook
  incident: IncidentRecord
  /** `yes`: asks nobody and runs every act. */
  mode: 'interactive' | 'yes'
  /** Who walks, for the records: `name@host`. */
  actor: string
  /** Ends the walk: it is recorded as interrupted and can be resumed. */
  signal: AbortSignal
  prometheus: PrometheusClient
  /** Runs the runbook's own `drillbook` commands. */
  runCommand: RunCommand
  /** Called after each step, as soon as it is on the disk. */
  onStep?: (step: StepRecord) => void
  /** @default the terminal, or nobody when `mode` is `yes` */
  asker?: Asker
}

/** What every kind of step gets to work with. */
export interface Walk extends WalkOptions {
  asker: Asker
  /** Why an act cannot be done in this environment, by the block's name. */
  unbound: Map<string, string>
  /** What was decided in this walk, by the block's name; absent: not yet, or unknown. */
  decisions: Map<string, Answer>
  /** The JSON that actions answered in this walk, by the block's name. */
  answers: Map<string, unknown>
  /** True once Prometheus did not answer: later checks do not wait for it. */
  blind: boolean
}

/** One thing to do: a block of a step, or the whole step when it is manual. */
export interface Item {
  name: string
  step: Step
  block?: Block
  /** A person wants it although it was not offered. */
  overridden?: true
}

export function itemsOf(runbook: Runbook): Item[] {
  return runbook.steps.flatMap((step): Item[] =>
    step.blocks.length > 0
      ? step.blocks.map((block) => ({ name: block.name, step, block }))
      : step.phase === 'signs'
        ? []
        : [{ name: step.slug, step }],
  )
}

/** A step has ended; undefined: the person chose to stop. */
export type Ended = StepRecord | undefined
