import type { Database } from '../../platform/database/database.ts'
import type { AuditorEvents } from './events.ts'
import type { Invariant } from './invariant.ts'
import { findBroken } from './invariant-store.ts'

export interface AuditorParts {
  database: Database
  events: AuditorEvents
  invariants: readonly Invariant[]
}

/** Checks that the rows are as they must be. */
export class Auditor {
  private readonly parts: AuditorParts
  private next = 0

  constructor(parts: AuditorParts) {
    this.parts = parts
  }

  /**
   * Checks each invariant once, or those before `halt`. Rejects with the first that could not be checked, for instance
   * because its statement took too long: nothing is reported about that one, and the next call begins with the one
   * after it, so that it never hides the others.
   */
  async work(halt: AbortSignal): Promise<void> {
    const { database, events, invariants } = this.parts
    const begin = this.next
    for (const invariant of [...invariants.slice(begin), ...invariants.slice(0, begin)]) {
      if (halt.aborted) return
      this.next = (this.next + 1) % invariants.length
      events.checked(invariant, await findBroken(database, invariant))
    }
  }
}
