import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, errorCode, messageOf } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import { z } from 'zod'
import { writeDurably } from '../files/write-durably.ts'
import { type Session, sessionSchema } from './session.ts'

const stateSchema = z.object({
  version: z.literal(1),
  session: sessionSchema.nullable(),
  digest: z.string().optional(),
})

/** What the keeper must not forget: the one session it has or had last, in two copies. */
export class StateFile {
  readonly path: string
  private readonly copy: string

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    this.path = join(dir, 'state.json')
    this.copy = join(dir, 'state.copy.json')
  }

  /**
   * Undefined when nothing was ever written. When one copy is damaged or gone the other one counts, and `log` is told.
   * Throws `usage`, with what may still be on, when neither can be understood.
   */
  read(log: (message: string) => void = () => {}): Session | undefined {
    const failed: unknown[] = []
    for (const path of [this.path, this.copy]) {
      try {
        const session = readCopy(path)
        for (const error of failed) log(`the state is taken from ${path}: ${this.path}: ${messageOf(error)}`)
        return session
      } catch (error) {
        failed.push(error)
      }
    }
    if (failed.every((error) => errorCode(error) === 'ENOENT')) return undefined
    throw this.unreadable(failed.find((error) => errorCode(error) !== 'ENOENT'))
  }

  /** On disk for good when this returns: each copy is written beside, synced, renamed over, and the folder synced. */
  write(session: Session): void {
    const text = `${JSON.stringify({ version: 1, session, digest: digestOf(session) }, null, 2)}\n`
    writeDurably(this.path, text)
    writeDurably(this.copy, text)
  }

  private unreadable(cause: unknown): CliError {
    const named = [...new Set([this.path, this.copy].flatMap(namesIn))]
    const pending = named.length === 0 ? 'It names no fault that can be read.' : `It names: ${named.join(', ')}.`
    return new CliError(
      'usage',
      `the keeper's state file ${this.path} cannot be read: ${messageOf(cause)}. ${pending}`,
      {
        cause,
        hint: 'A fault may still be on. Look at the file, undo by hand what it names, then delete it and its copy and start the keeper again.',
      },
    )
  }
}

function readCopy(path: string): Session | undefined {
  const { session, digest } = stateSchema.parse(JSON.parse(readTextFile(path, FILE_LIMITS.record)))
  if (session === null) return undefined
  if (digest !== undefined && digest !== digestOf(session)) throw new Error('it is not what was written')
  return session
}

/** Of what the schema keeps, so that it is the same for what is written and what is read. */
function digestOf(session: Session): string {
  return createHash('sha256')
    .update(JSON.stringify(sessionSchema.parse(session)))
    .digest('hex')
}

/** The faults that a damaged state speaks of, as far as they can be made out, but for those that it says are undone. */
function namesIn(path: string): string[] {
  let text: string
  try {
    text = readTextFile(path, FILE_LIMITS.record)
  } catch {
    return [] // the error that is thrown says so
  }
  return [...text.matchAll(/"name":\s*"([a-z0-9.-]{1,100})",\s*"state":\s*"(\w+)"/g)].flatMap(([, name, state]) =>
    name === undefined || state === 'undone' ? [] : [name],
  )
}
