import { chmodSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError, errorCode, messageOf } from '@drillbook/content/errors'
import { LOCK } from './lab-lock.ts'

/** The kernel allows 107 bytes for a Unix socket's path; ours append at most 30. */
const MAX_LENGTH = 75

/** Says that a folder is a lab's: only such a folder is ever emptied. */
const SIGN = '.drillbook-lab'

/**
 * Makes the lab's folder if need be. Throws `refused` when the folder could not be ours alone: /var/tmp belongs to
 * everybody, and what lies in this folder is run; and when it holds things that no lab put there: `down` would delete
 * them.
 */
export function claimLabFolder(dir: string): void {
  if (!/^[\w./@+-]+$/.test(dir) || Buffer.byteLength(dir) > MAX_LENGTH) {
    const allowed = `at most ${MAX_LENGTH} letters, digits and . / @ + - _`
    throw new CliError('usage', `the lab's folder must be a path of ${allowed}: ${dir}`, {
      hint: 'Unix sockets lie in it, and the system limits the length of their paths. Set DRILLBOOK_LAB_DIR.',
    })
  }
  if (process.getuid?.() === 0) refuseUnreachableFolder(dir)
  try {
    mkdirSync(dirname(dir), { recursive: true })
    mkdirSync(dir, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw new CliError('usage', `cannot make the lab's folder: ${messageOf(error)}`, {
        hint: 'Set DRILLBOOK_LAB_DIR to a folder that this user may make.',
      })
    }
  }
  refuseForeignFolder(dir)
  writeFileSync(join(dir, SIGN), 'The lab of drillbook lives here. `drillbook lab down` deletes this folder.\n')
  // Others may pass through (the postgres user has to, when root runs the lab), but not look around.
  chmodSync(dir, 0o711)
}

/** Throws `refused` unless the folder is this user's own, and a lab's or empty. */
export function refuseForeignFolder(dir: string): void {
  const found = lstatSync(dir)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new CliError('refused', `${dir} is not a folder that only this user may write to`, {
      hint: 'Somebody else made it. Remove it, or set DRILLBOOK_LAB_DIR to a folder of your own.',
    })
  }
  const names = readdirSync(dir)
  if (!names.includes(SIGN) && names.some((name) => !name.startsWith(LOCK))) {
    throw new CliError('refused', `${dir} holds files, and is not a lab's`, {
      hint: 'The lab deletes its folder when it goes down. Choose an empty one, or one that does not exist yet.',
    })
  }
}

/** Postgres refuses to be root, and its user has to get to its files. */
function refuseUnreachableFolder(dir: string): void {
  for (let folder = dirname(dir); ; folder = dirname(folder)) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode
    if (mode !== undefined && (mode & 0o001) === 0) {
      throw new CliError('usage', `root's lab cannot be in ${dir}: the postgres user may not pass through ${folder}`, {
        hint: 'Leave DRILLBOOK_LAB_DIR unset, or set it to a folder below /var/tmp.',
      })
    }
    if (folder === dirname(folder)) return
  }
}

export function labFolderExists(dir: string): boolean {
  return lstatSync(dir, { throwIfNoEntry: false }) !== undefined
}

/**
 * Removes all but the lock, which whoever calls this holds. The sign goes last: until then, what is left is a lab's.
 */
export function emptyLabFolder(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(LOCK) && name !== SIGN) rmSync(join(dir, name), { recursive: true, force: true })
  }
  rmSync(join(dir, SIGN), { force: true })
}

/** Does nothing to a folder that holds anything: a lab, its logs, or what another `up` has just begun. */
export function removeEmptyLabFolder(dir: string): void {
  try {
    rmdirSync(dir)
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT'].includes(errorCode(error) ?? '')) throw error
  }
}
