import { appendFile, readFile } from 'node:fs/promises'
import { type AuditEntry, auditLine } from './audit-entry.ts'
import type { OperationsEvents } from './events.ts'

/** What is kept in memory for Postgres while that does not answer: hours of work of a person. Beyond, the oldest are in the file alone. */
const MAX_UNWRITTEN = 10_000

/** The audit file of this instance, and what has still to be written into the table that all instances share. */
export class AuditTrail {
  private readonly file: string
  private readonly events: OperationsEvents
  private readonly waiting = new Map<string, AuditEntry>()

  constructor(file: string, events: OperationsEvents) {
    this.file = file
    this.events = events
  }

  /** Entries that no row holds yet. */
  get unwritten(): AuditEntry[] {
    return [...this.waiting.values()]
  }

  /**
   * One line in the file (readable by the owner alone; one write call, so lines of several processes do not mix) and in the log. A full disk must
   * not keep the responder from mending: then the log holds the line.
   */
  async note(entry: AuditEntry): Promise<void> {
    this.events.changed(entry)
    try {
      await appendFile(this.file, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    } catch (error) {
      this.events.auditFailed(entry, error)
    }
  }

  /** What earlier processes of this instance have noted, the oldest first, at most `MAX_UNWRITTEN`. Lines that a crash cut off are left out. */
  async earlier(instance: string): Promise<AuditEntry[]> {
    const text = await readFile(this.file, 'utf8').catch(() => '') // nobody has noted anything
    return text
      .split('\n')
      .slice(-MAX_UNWRITTEN)
      .flatMap((line) => {
        const parsed = auditLine.safeParse(line)
        return parsed.success && parsed.data.instance === instance ? [parsed.data] : []
      })
  }

  /** To be written into the table with the next exchange. */
  write(entry: AuditEntry): void {
    this.waiting.set(entry.id, entry)
    const [oldest] = this.waiting.keys()
    if (this.waiting.size > MAX_UNWRITTEN && oldest !== undefined) this.waiting.delete(oldest)
  }

  written(entries: readonly AuditEntry[]): void {
    for (const { id } of entries) this.waiting.delete(id)
  }
}
