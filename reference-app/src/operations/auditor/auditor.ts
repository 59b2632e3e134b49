import type { AuditorEvents } from './events.ts'
import type { Invariant } from './invariant.ts'
import type { InvariantStore } from './invariant-store.ts'
import { Patrol } from './patrol.ts'

/** With 26 invariants and a round every 10 s at most some 15 % of one core, while there is more than fits. */
const ROUND_MS = 50

export interface AuditorParts {
  store: InvariantStore
  events: AuditorEvents
  invariants: readonly Invariant[]
  /** What one invariant may cost in a round, to which its last statement may add. @default 50 */
  roundMs?: number
  /** Not everything has been looked at since the start. */
  onMore: () => void
}

/** Looks whether the rows are as they must be. */
export class Auditor {
  private readonly parts: AuditorParts
  private readonly patrols: readonly Patrol[]
  private first = 0

  constructor(parts: AuditorParts) {
    this.parts = parts
    this.patrols = parts.invariants.map((invariant) => new Patrol(invariant, parts.store, parts.roundMs ?? ROUND_MS))
  }

  /**
   * One round for each invariant. Rejects when one of them could not be looked at: nothing is said about that one then, so its gauge keeps the last
   * answer and its time of the last full look stands still. The next call begins with those that it kept waiting.
   */
  async work(): Promise<void> {
    const { length } = this.patrols
    const begin = this.first
    for (let i = 0; i < length; i += 1) {
      const patrol = this.patrols[(begin + i) % length]
      this.first = (begin + i + 1) % length
      if (patrol !== undefined) await this.round(patrol)
    }
    if (this.patrols.some(({ passed }) => passed === 0)) this.parts.onMore()
  }

  private async round(patrol: Patrol): Promise<void> {
    const { invariant, passed } = patrol
    await patrol.round()
    this.parts.events.found(invariant, patrol.broken)
    if (patrol.passed > passed) this.parts.events.passed(invariant)
  }
}
