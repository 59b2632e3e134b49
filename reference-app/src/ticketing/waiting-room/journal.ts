import { setTimeout as pause } from 'node:timers/promises'
import { withTimeLimit } from '../../platform/time-limit.ts'
import type { JournalEntry, JournalStore } from './journal-store.ts'

/** Joins that come together are written together; alone, one waits so long for company. Milliseconds. */
const GATHER_MS = 3
/** Rows of one statement: about 10 ms. */
const BATCH = 500
/**
 * A join waits so long for Postgres, then goes on without: the line must not stop because its backup does.
 * Milliseconds.
 */
const WRITE_LIMIT_MS = 500
const RETRY_EVERY_MS = 500
/**
 * Stays that wait for Postgres, about 20 MB: ten minutes of 80 joins per second. Beyond it new ones are not written.
 */
const MAX_PENDING = 50_000
/** For what is left when the instance ends. */
const CLOSE_LIMIT_MS = 2_000

export interface JournalEvents {
  journalBehind(reason: string): void
  journalCaughtUp(): void
  journalOverflowed(): void
}

interface Pending {
  entry: JournalEntry
  written: (() => void)[]
}

/**
 * Writes stays to Postgres in small batches. Entries of one stay are merged; what is known of it is never taken back.
 */
export class Journal {
  private readonly store: JournalStore
  private readonly events: JournalEvents
  private pending = new Map<string, Pending>()
  private drained: Promise<void> | undefined
  private behind = false

  constructor(store: JournalStore, events: JournalEvents) {
    this.store = store
    this.events = events
  }

  /** Resolves when it is written, or when it is clear that this takes too long: it is then written later. */
  async record(entry: JournalEntry): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.note(entry, resolve)
    if (this.behind) return
    try {
      await withTimeLimit(promise, WRITE_LIMIT_MS, () => new Error(`no answer within ${WRITE_LIMIT_MS} ms`))
    } catch (error) {
      this.fellBehind(error)
    }
  }

  /** Written asynchronously. */
  note(entry: JournalEntry, written?: () => void): void {
    const { id } = entry.session
    const known = this.pending.get(id)
    if (known === undefined && this.pending.size >= MAX_PENDING) {
      this.events.journalOverflowed()
      written?.()
      return
    }
    this.pending.set(id, {
      entry: known === undefined ? entry : merged(known.entry, entry),
      written: [...(known?.written ?? []), ...(written === undefined ? [] : [written])],
    })
    this.drained ??= this.drain()
  }

  /** Resolves when everything of now is written, or after `limitMs`. */
  async flush(limitMs: number): Promise<void> {
    const limit = withTimeLimit(this.drained ?? Promise.resolve(), limitMs, () => new Error('too late'))
    await limit.catch((error: unknown) => this.fellBehind(error))
  }

  async close(): Promise<void> {
    await this.flush(CLOSE_LIMIT_MS)
    this.pending.clear()
  }

  private async drain(): Promise<void> {
    await pause(GATHER_MS)
    while (this.pending.size > 0) {
      const batch = [...this.pending.entries()].slice(0, BATCH)
      for (const [id] of batch) this.pending.delete(id)
      try {
        await this.store.write(batch.map(([, { entry }]) => entry))
        for (const [, { written }] of batch) for (const resolve of written) resolve()
        this.caughtUp()
      } catch (error) {
        this.putBack(batch)
        this.fellBehind(error)
        await pause(RETRY_EVERY_MS)
      }
    }
    this.drained = undefined
  }

  /** Before the entries that arrived meanwhile, which are newer. */
  private putBack(batch: [string, Pending][]): void {
    const newer = this.pending
    this.pending = new Map(batch)
    for (const [id, pending] of newer) {
      const known = this.pending.get(id)
      this.pending.set(
        id,
        known === undefined
          ? pending
          : { entry: merged(known.entry, pending.entry), written: [...known.written, ...pending.written] },
      )
    }
  }

  private fellBehind(error: unknown): void {
    if (this.behind) return
    this.behind = true
    for (const { written } of this.pending.values()) for (const resolve of written) resolve()
    this.events.journalBehind(error instanceof Error ? error.message : String(error))
  }

  private caughtUp(): void {
    if (!this.behind) return
    this.behind = false
    this.events.journalCaughtUp()
  }
}

function merged(older: JournalEntry, newer: JournalEntry): JournalEntry {
  const endedAs = older.endedAs ?? newer.endedAs
  const admittedUntil = older.session.admittedUntil || newer.session.admittedUntil
  return { session: { ...newer.session, admittedUntil }, ...(endedAs === undefined ? {} : { endedAs }) }
}
