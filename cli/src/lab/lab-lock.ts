import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../errors.ts'
import { errorCode } from '../system-error.ts'
import { isSameProcess, processEntry } from './process-table.ts'

/** Held while the lab is brought up or taken down. */
export const LOCK = 'lock'

interface Holder {
  pid: number
  startTicks: number
  doing: string
}

/**
 * Takes the lab's lock; a lock whose holder is dead (`kill -9`, reboot) is taken over. Returns how to give it back.
 * Throws `refused` when somebody living holds it.
 */
export function lockLab(dir: string, doing: string): () => void {
  const lock = join(dir, LOCK)
  const mine = join(dir, `${LOCK}.${process.pid}`)
  const me: Holder = { pid: process.pid, startTicks: processEntry(process.pid)?.startTicks ?? 0, doing }
  writeFileSync(mine, JSON.stringify(me))
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryLink(mine, lock)) return () => rmSync(lock, { force: true })
      refuseLiving(readHolder(lock), dir)
      takeAway(lock, dir)
    }
    throw new CliError('refused', `another drillbook is busy with the lab in ${dir}`)
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Is somebody living bringing the lab up or taking it down? */
export function isLabLocked(dir: string): boolean {
  const holder = readHolder(join(dir, LOCK))
  return holder !== undefined && isSameProcess(holder)
}

/** Link is atomic: of two that try, one fails. */
function tryLink(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead holder's lock out of the way; when a living one's came in between, it is put back. */
function takeAway(lock: string, dir: string): void {
  const aside = `${lock}.dead.${process.pid}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const taken = readHolder(aside)
  if (taken !== undefined && isSameProcess(taken)) tryLink(aside, lock)
  rmSync(aside, { force: true })
  refuseLiving(taken, dir)
}

function refuseLiving(holder: Holder | undefined, dir: string): void {
  if (holder === undefined || !isSameProcess(holder)) return
  throw new CliError('refused', `the lab in ${dir} is being ${holder.doing} by pid ${holder.pid} right now`, {
    hint: 'Wait until it is done, or end it with Ctrl-C there.',
  })
}

/** Undefined when it is gone or was cut off by a crash: nobody holds it. */
function readHolder(lock: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(lock, 'utf8'))
    return typeof value === 'object' && value !== null && 'pid' in value && 'startTicks' in value
      ? (value as Holder)
      : undefined
  } catch {
    return undefined
  }
}
