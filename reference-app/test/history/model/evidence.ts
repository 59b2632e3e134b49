import type { Charge } from '../../../src/programs/payment-provider/charge.ts'
import type { Ended } from '../../support/processes.ts'
import type { Outage } from '../faults.ts'
import type { History, Operation } from '../history.ts'
import type { Snapshot } from '../snapshot.ts'

/** All that was asked and answered until now, and the rows as they were a moment ago. */
export interface Evidence {
  history: History
  snapshot: Snapshot
  /** What the providers had on disk after the rows were read. Absent: there are none. */
  charges?: Charge[] | undefined
  /** What was broken, and when. */
  outages: Outage[]
  /** Processes that ended, and nobody had stopped them. */
  ended: Ended[]
  /** `capacity`: of the waiting room, absent without one. */
  rules: { holdLimit: number; capacity?: number | undefined }
}

/** Something that must not be, with the operations from which a reader can see it. */
export interface Violation {
  invariant: string
  what: string
  operations: Operation[]
  rows?: unknown[]
}

export type Check = (evidence: Evidence) => Violation[]

/** Two readings of the clock of one machine, by two processes of which one rounds. Milliseconds. */
export const CLOCK_SLACK_MS = 10

/** For what was promised before the rows were read. What was promised later may not be in them yet. */
export function endedBefore({ snapshot }: Evidence, { end }: Operation): boolean {
  return end !== undefined && end.at < snapshot.startedAt
}

export function groupBy<Thing, Key>(things: Iterable<Thing>, keyOf: (thing: Thing) => Key): Map<Key, Thing[]> {
  return Map.groupBy(things, keyOf)
}

/** Order does not matter. */
export function nameOfSet(ids: Iterable<number>): string {
  return [...ids].toSorted((a, b) => a - b).join()
}
