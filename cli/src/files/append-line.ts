import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { redactedJson } from '@drillbook/content/text/redact'
import { syncFolder } from './write-durably.ts'

const NEWLINE = 0x0a
/** Ends a line that its writer was killed in. */
export const TORN = ' torn'

/**
 * Appends one JSON line and returns when it is on the disk, the folder's entry included: what was appended survives
 * `kill -9` and a power cut. A torn last line, left by a writer that was killed, is closed first and stays unreadable.
 */
export function appendLine(file: string, value: unknown): void {
  const isNew = !existsSync(file)
  const fd = openSync(file, 'a+', 0o600)
  try {
    const { size } = fstatSync(fd)
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
