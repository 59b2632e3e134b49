import { closeSync, constants, existsSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CliError, messageOf } from '@drillbook/content/errors'
import { redactedJson } from '@drillbook/content/text/redact'
import { syncFolder } from './write-durably.ts'

const NEWLINE = 0x0a
/** Ends a line that its writer was killed in. */
export const TORN = ' torn'

/**
 * Appends one JSON line and returns when it is on the disk, the folder's entry included: what was appended survives
 * `kill -9` and a power cut. A torn last line, left by a writer that was killed, is closed first and stays unreadable. Throws
 * `usage` that names the file when it cannot be written.
 */
export function appendLine(file: string, value: unknown): void {
  try {
    append(file, value)
  } catch (error) {
    throw new CliError('usage', `the record ${file} cannot be written: ${messageOf(error)}`, { cause: error })
  }
}

function append(file: string, value: unknown): void {
  const isNew = !existsSync(file)
  const fd = openSync(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o600)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Error('it is not a regular file')
    const { size } = stat
    const last = Buffer.alloc(1)
    const torn = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
    // One write: lines of two processes (a walk, and a note from another terminal) do not mix. It throws when a part
    // did not fit.
    writeFileSync(fd, `${torn ? `${TORN}\n` : ''}${redactedJson(value)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  if (isNew) syncFolder(dirname(file))
}
