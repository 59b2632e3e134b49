import type { Root } from '@drillbook/content/root'
import type { Environment } from '../environment/environment.ts'
import type { KeeperClient } from '../keeper/client.ts'
import type { PrometheusClient } from '../prometheus/client.ts'
import { waitUntil } from '../prometheus/wait-until.ts'
import type { SlackQueue } from '../slack/webhook.ts'
import type { RunCommand, Stdio } from '../stdio.ts'
import type { Display } from './display.ts'
import type { Drill } from './drill.ts'
import type { Moment } from './journal.ts'
import type { JournalFile } from './journal-file.ts'
import type { Lease } from './lease.ts'
import type { Observer } from './observer.ts'
import type { Waiting } from './overhead.ts'
import type { Stop } from './verdict.ts'

/** Everything that the phases of one drill share. */
export interface Run {
  readonly root: Root
  readonly environment: Environment
  readonly drill: Drill
  readonly stdio: Stdio
  readonly display: Display
  readonly prometheus: PrometheusClient
  readonly keeper: KeeperClient
  readonly journal: JournalFile
  readonly observer: Observer
  readonly slack: SlackQueue | undefined
  /** Nobody is asked anything. */
  readonly unattended: boolean
  /** Runs the commands of the runbook. */
  readonly runCommand: RunCommand
  /** The first Ctrl-C: roll back. */
  readonly signal: AbortSignal
  /** The second one: leave the rest to the keeper. */
  readonly hurry: AbortSignal
  waiting: Waiting | undefined
  /** What stopped the drill before its end, once it is over. */
  stop: Stop | undefined
  lease: Lease | undefined
}

/** A phase did not see what it had to see. `verdict` is what the drill becomes. */
export class PhaseFailure extends Error {
  readonly verdict: 'failed' | 'invalid' | 'aborted'

  constructor(message: string, verdict: 'failed' | 'invalid' | 'aborted' = 'failed') {
    super(message)
    this.name = 'PhaseFailure'
    this.verdict = verdict
  }
}

/** The evidence is absent, so nothing is shown either way. The message begins with what is not proven. */
export class NotProven extends PhaseFailure {
  constructor(what: string, why: string) {
    super(`${what} not proven: ${why}`)
    this.name = 'NotProven'
  }
}

export class Interrupted extends PhaseFailure {
  constructor() {
    super('interrupted by Ctrl-C', 'aborted')
  }
}

/** Between two looks. */
export const POLL_MS = 250

/**
 * Polls until `check` gives something, or the limit is over (then undefined). A Prometheus that does not answer is
 * asked again until then. Throws at once when the drill has to stop.
 */
export async function waitFor<T>(
  run: Run,
  limitMs: number,
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const look = async () => {
    mustGoOn(run)
    const seen = await check()
    return { holds: seen !== undefined, seen }
  }
  return (await waitUntil(look, { withinMs: limitMs, intervalMs: POLL_MS })).seen
}

/** Throws when Ctrl-C was pressed, the keeper gave the session up, or an abort condition holds. */
export function mustGoOn(run: Run): void {
  if (run.signal.aborted) throw new Interrupted()
  if (run.lease?.lost !== undefined) throw new PhaseFailure(`the keeper ended the drill: ${run.lease.lost}`, 'aborted')
  if (run.observer.abortedBy !== undefined) throw new PhaseFailure(run.observer.abortedBy, 'aborted')
}

/** Writes down when something happened and what says so. */
export function mark(run: Run, moment: Moment, at: Date | string, evidence: string): void {
  run.journal.data.times[moment] = typeof at === 'string' ? at : at.toISOString()
  run.journal.data.evidence[moment] = evidence
}

/** A moment that must have been marked before; a bug if not. */
export function moment(run: Run, name: Moment): Date {
  const at = run.journal.data.times[name]
  if (at === null) throw new Error(`${name} is not known yet`)
  return new Date(at)
}
