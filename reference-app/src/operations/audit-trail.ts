import { appendFile, readFile } from 'node:fs/promises'
import { type AuditEntry, auditLine, settledLine } from './audit-entry.ts'
import type { OperationsEvents } from './events.ts'

/**
 * What is kept in memory for Postgres while that does not answer: hours of work of a person. Beyond, the oldest are in
 * the file alone.
 */
const MAX_UNWRITTEN = 10_000

/** What earlier processes of an instance have noted. */
export interface Noted {
  /** What Postgres is not known to know, the oldest first. */
  left: AuditEntry[]
  /** The id of the last entry of each action, recorded in Postgres or not. */
  last: ReadonlyMap<string, string>
}

/**
 * The audit file of this instance, and what has still to be written into the table that all instances share. The file
 * is opened for each line, so it may be renamed at any time; what is in a renamed one is not read again.
 */
export class AuditTrail {
  private readonly file: string
  private readonly events: OperationsEvents
  private readonly waiting = new Map<string, AuditEntry>()
  /** Ids in the file that are not known to be settled. */
  private readonly open = new Set<string>()
  /** A crash cut off the last line. */
  private cutOff = false

  constructor(file: string, events: OperationsEvents) {
    this.file = file
    this.events = events
  }

  /** Entries that no row holds yet. */
  get unwritten(): AuditEntry[] {
    return [...this.waiting.values()]
  }

  /**
   * One line in the file (readable by the owner alone; one write call, so lines of several processes do not mix) and in
   * the log. A full disk must not keep the responder from mending: then the log holds the line.
   */
  async note(entry: AuditEntry): Promise<void> {
    this.events.changed(entry)
    this.open.add(entry.id)
    try {
      await this.append(entry)
    } catch (error) {
      this.events.auditFailed(entry, error)
    }
  }

  /**
   * Postgres knows them, or has no need to: says so in the file, because the next process may find Postgres away. Never
   * rejects: what the file does not say is asked again.
   */
  async settled(entries: readonly AuditEntry[]): Promise<void> {
    const settled = entries.map(({ id }) => id).filter((id) => this.open.delete(id))
    if (settled.length > 0) await this.append({ settled }).catch(() => undefined)
  }

  /** Lines that a crash cut off are left out. */
  async earlier(instance: string): Promise<Noted> {
    const text = await readFile(this.file, 'utf8').catch(() => '') // nobody has noted anything, or nobody can know
    this.cutOff = !/(^|\n)$/.test(text)
    const lines = text.split('\n')
    const settled = new Set(lines.flatMap((line) => settledLine.safeParse(line).data?.settled ?? []))
    const entries = lines.flatMap((line) => auditLine.safeParse(line).data ?? [])
    const own = entries.filter((entry) => entry.instance === instance)
    const left = own.filter(({ id }) => !settled.has(id))
    for (const { id } of left) this.open.add(id)
    return { left, last: new Map(own.map(({ action, id }) => [action, id])) }
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

  private async append(line: object): Promise<void> {
    const begin = this.cutOff ? '\n' : ''
    this.cutOff = false
    await appendFile(this.file, `${begin}${JSON.stringify(line)}\n`, { mode: 0o600 })
  }
}
