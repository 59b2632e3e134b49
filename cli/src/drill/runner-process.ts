import { hostname } from 'node:os'
import { errorCode } from '@drillbook/content/errors'
import { processStart } from '@drillbook/content/lock/process-start'

/** When a process was started, to tell a reused pid; null where that is not known. */
export function processStartedAt(pid: number): string | null {
  return processStart(pid) || null
}

/** Whether the process that wrote a journal still runs. One on another host cannot be seen and counts as running. */
export function isRunning(runner: { pid: number; host: string; processStartedAt: string | null }): boolean {
  if (runner.host !== hostname()) return true
  const start = processStart(runner.pid)
  if (start === '') return false
  try {
    process.kill(runner.pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
  return runner.processStartedAt === null || start === runner.processStartedAt
}
