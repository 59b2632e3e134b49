import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { JournalStore } from './journal-store.ts'
import type { Line } from './line.ts'
import type { RoomLimits } from './room-rules.ts'

/** Stays of one step: about 0.5 MB of JSON, which Redis takes in some 20 ms. */
const PAGE = 5_000
/**
 * Between closing the room and reading the journal: what joined in the last moment is on its way there, and its answer
 * waits for it, for at most half a second (see journal.ts). Milliseconds.
 */
const SETTLE_MS = 600
/**
 * Above all that was ever given out: the latest joins may be in no journal, and their sequence must not be given out
 * again.
 */
const GAP = 1_000

export interface Restoration {
  line: Line
  store: JournalStore
  /** Asked last: they may be set while the room is being rebuilt. */
  limits: () => RoomLimits
  /** Called once the restore lock is ours: another instance may have restored it while we waited. */
  isNeeded(): Promise<boolean>
}

/**
 * Rebuilds the room from its journal: tokens stay good, the order is that of joining, turns go on until their time. One
 * instance at a time; the room is closed meanwhile. How many stays, or undefined when another instance does it or did.
 */
export async function restoreRoom({ line, store, limits, isNeeded }: Restoration): Promise<number | undefined> {
  return await store.whileRestoring(async (transaction) => {
    if (!(await isNeeded())) return undefined
    const id = randomUUID()
    await line.beginRestore(id)
    await pause(SETTLE_MS)
    let restored = 0
    for (let after = 0; ; ) {
      const sessions = await store.live(transaction, after, PAGE)
      if (sessions.length > 0) restored += await line.addRestored(id, sessions)
      if (sessions.length < PAGE) break
      after = sessions.at(-1)?.seq ?? after
    }
    const last = await store.last(transaction)
    const seq = Math.max(last.seq, line.knownSeq) + GAP
    await line.commitRestore(id, { seq, lastAdmitted: last.admitted, restored }, limits())
    return restored
  })
}
