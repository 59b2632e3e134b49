import { appendFile } from 'node:fs/promises'

/** One change of an operator, as one line of the audit file. `at` in RFC 3339, UTC. */
export interface AuditLine {
  at: string
  actor: string
  instance: string
  action: string
  before: unknown
  after: unknown
}

/** Append-only; readable by the owner alone. */
export class Audit {
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  /** One write call: lines of several processes do not mix. Rejects when the file cannot be written. */
  async append(line: AuditLine): Promise<void> {
    await appendFile(this.file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }
}
