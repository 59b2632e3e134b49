import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CliError, messageOf } from '../errors.ts'
import { errorCode } from '../system-error.ts'
import { type Session, sessionSchema } from './session.ts'

const stateSchema = z.object({ version: z.literal(1), session: sessionSchema.nullable() })

/** What the keeper must not forget: the one session it has or had last. */
export class StateFile {
  readonly path: string

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    this.path = join(dir, 'state.json')
  }

  /** Undefined when nothing was ever written. Throws `usage` when the file cannot be understood. */
  read(): Session | undefined {
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw this.unreadable(error)
    }
    try {
      return stateSchema.parse(JSON.parse(text)).session ?? undefined
    } catch (error) {
      throw this.unreadable(error)
    }
  }

  /** On disk for good when this returns: written beside, synced, renamed over, and the folder synced. */
  write(session: Session): void {
    writeDurably(this.path, `${JSON.stringify({ version: 1, session }, null, 2)}\n`)
  }

  private unreadable(cause: unknown): CliError {
    return new CliError('usage', `the keeper's state file ${this.path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'A fault may still be on. Look at the file, undo by hand what it names, then delete it and start the keeper again.',
    })
  }
}

/** Replaces a file in one step; a reader sees the old or the new content, also after a power cut or on a full disk. */
export function writeDurably(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeFileSync(file, text) // all of it: one write may take the beginning only, and say so without an error
    fsyncSync(file)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
  const dir = openSync(dirname(path), 'r')
  try {
    fsyncSync(dir)
  } finally {
    closeSync(dir)
  }
}
