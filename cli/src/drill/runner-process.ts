import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { errorCode } from '../system-error.ts'

/** When a process was started, in the kernel's own count, to tell a reused pid; null where /proc does not say. */
export function processStartedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The 22nd field, counted after the program's name, which may hold blanks (proc_pid_stat(5)).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    // No /proc (macOS), or no such process: then the pid alone has to do.
    return null
  }
}

/** Whether the process that wrote a journal still runs. One on another host cannot be seen and counts as running. */
export function isRunning(runner: { pid: number; host: string; processStartedAt: string | null }): boolean {
  if (runner.host !== hostname()) return true
  try {
    process.kill(runner.pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
  return runner.processStartedAt === null || processStartedAt(runner.pid) === runner.processStartedAt
}
