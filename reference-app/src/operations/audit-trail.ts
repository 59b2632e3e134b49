import { appendFile, readFile, rename, stat } from 'node:fs/promises'
import { type AuditEntry, auditLine, settledLine } from './audit-entry.ts'
import type { OperationsEvents } from './events.ts'
import { InTurn } from './in-turn.ts'

/** What is kept in memory for Postgres while that does not answer: hours of work of a person. Beyond, the oldest are in the file alone. */
const MAX_UNWRITTEN = 10_000

/** From this size on the file is put aside: some four thousand changes, years of them. Bytes. */
const FULL = 1024 * 1024

/** What earlier processes of an instance have noted. */
export interface Noted {
  /** What Postgres is not known to know, the oldest first. */
  left: AuditEntry[]
  /** The id of the last entry of each action, whoever knows of it. */
  last: ReadonlyMap<string, string>
}

/**
 * The audit file of this instance, and what has still to be written into the table that all instances share. A full file is put aside, in place of the
 * one before, which is gone then: so only while the table holds every line of both.
 */
export class AuditTrail {
  private readonly file: string
  private readonly events: OperationsEvents
  private readonly waiting = new Map<string, AuditEntry>()
  /** Ids in the files that are not known to be settled. */
  private readonly open = new Set<string>()
  private readonly turns = new InTurn()
  /** Nobody has looked since something was added. */
  private mayBeFull = true
  /** Lines of the files may be in no table without our knowing of them. */
  private incomplete = false
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
   * One line in the file (readable by the owner alone; one write call, so lines of several processes do not mix) and in the log. A full disk must
   * not keep the responder from mending: then the log holds the line.
   */
  async note(entry: AuditEntry): Promise<void> {
    this.events.changed(entry)
    this.open.add(entry.id)
    try {
      await this.turns.run(() => this.append(entry))
    } catch (error) {
      this.events.auditFailed(entry, error)
    }
  }

  /**
   * Postgres knows them, or has no need to: says so in the file, because the next process may find Postgres away. Never rejects: what the file does
   * not say is asked again.
   */
  async settled(entries: readonly AuditEntry[]): Promise<void> {
    const settled = entries.map(({ id }) => id).filter((id) => this.open.delete(id))
    if (settled.length > 0) await this.turns.run(() => this.append({ settled })).catch(() => undefined)
  }

  /** Lines that a crash cut off are left out. */
  async earlier(instance: string): Promise<Noted> {
    const aside = await this.read(this.aside)
    const current = await this.read(this.file)
    this.cutOff = !/(^|\n)$/.test(current)
    const lines = [aside, current].flatMap((text) => text.split('\n'))
    const settled = new Set(lines.flatMap((line) => settledLine.safeParse(line).data?.settled ?? []))
    const entries = lines.flatMap((line) => auditLine.safeParse(line).data ?? [])
    const own = entries.filter((entry) => entry.instance === instance)
    const left = own.filter(({ id }) => !settled.has(id))
    for (const { id } of left) this.open.add(id)
    return { left, last: new Map(own.map(({ action, id }) => [action, id])) }
  }

  /**
   * Puts the file aside if it is full. To be called when all that was noted here, and by earlier processes, is in the table, or waits here. Never
   * rejects: a file that stays is as good. What is noted meanwhile is in the one file or in the other.
   */
  async putAside(): Promise<void> {
    if (!this.mayBeFull || this.incomplete || this.waiting.size > 0) return
    this.mayBeFull = false
    await this.turns.run(async () => {
      const size = await stat(this.file).then(
        (file) => file.size,
        () => 0, // nobody has noted anything
      )
      // Killed before or after, not in between.
      if (size >= FULL) await rename(this.file, this.aside).catch((error: unknown) => this.events.auditStays(error))
    })
  }

  /** To be written into the table with the next exchange. */
  write(entry: AuditEntry): void {
    this.waiting.set(entry.id, entry)
    const [oldest] = this.waiting.keys()
    if (this.waiting.size <= MAX_UNWRITTEN || oldest === undefined) return
    this.waiting.delete(oldest)
    this.incomplete = true // until the next process reads it
  }

  written(entries: readonly AuditEntry[]): void {
    for (const { id } of entries) this.waiting.delete(id)
  }

  private get aside(): string {
    return `${this.file}.1`
  }

  private async append(line: object): Promise<void> {
    const begin = this.cutOff ? '\n' : ''
    this.cutOff = false
    this.mayBeFull = true
    await appendFile(this.file, `${begin}${JSON.stringify(line)}\n`, { mode: 0o600 })
  }

  private async read(file: string): Promise<string> {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      const isThere = !(Error.isError(error) && 'code' in error && error.code === 'ENOENT')
      if (isThere) this.incomplete = true
      return ''
    }
  }
}
