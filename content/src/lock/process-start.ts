import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { errorCode } from '../errors.ts'

/**
 * When a process was started, in the kernel's own count, to tell it from a later one with the same number. Empty for
 * one that has ended and that its parent never collected; undefined where /proc does not say (macOS), or there is no
 * such process.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The third field and the 22nd, counted after the program's name, which may hold blanks (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[19]
  } catch {
    return undefined // then the number alone has to do
  }
}

const UNKNOWN_START = 'running'

/**
 * A word that names the process with this number for as long as it runs, and no later one (where /proc tells). '' when
 * there is none.
 */
export function processMark(pid: number): string {
  const start = processStart(pid)
  if (start !== undefined) return start
  try {
    process.kill(pid, 0)
    return UNKNOWN_START
  } catch (error) {
    return errorCode(error) === 'EPERM' ? UNKNOWN_START : ''
  }
}

/**
 * Does the process that had this mark still run? One on another host cannot be seen and counts as running. Where its
 * start is not known (`mark` is null, or /proc does not tell), its number has to do.
 */
export function isStillRunning({ pid, host, mark }: { pid: number; host: string; mark: string | null }): boolean {
  if (host !== hostname()) return true
  const now = processMark(pid)
  return now !== '' && (mark === null || now === UNKNOWN_START || now === mark)
}
