import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { CliError } from '../errors.ts'
import { processStart } from '../process-start.ts'
import { errorCode } from '../system-error.ts'
import type { IncidentRecord } from './record.ts'

const owner = z.object({ pid: z.number().int().positive(), host: z.string(), started: z.string() })

/**
 * Claims the walk of an incident for this process, so that two people do not run the same acts. Returns the release.
 * What a killed process left is taken over; throws `refused` while another one is at it.
 */
export function lockWalk(incident: IncidentRecord): () => void {
  const file = join(incident.dir, 'walk.lock')
  for (;;) {
    try {
      const fd = openSync(file, 'wx', 0o600)
      writeSync(fd, JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) }))
      closeSync(fd)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
      refuseIfAlive(file, incident.id)
      rmSync(file, { force: true })
    }
  }
}

function refuseIfAlive(file: string, id: string): void {
  const { pid, host, started } = readOwner(file) ?? {}
  // An unreadable lock: its writer was killed in the act of writing it.
  if (pid === undefined || host === undefined) return
  if (host === hostname() && startOf(pid) !== started) return
  throw new CliError('refused', `incident ${id} is being walked by process ${pid} on ${host}`, {
    hint: `Work with them: drillbook incident show ${id}. If that process is gone for good, remove ${file}.`,
  })
}

function readOwner(file: string): z.infer<typeof owner> | undefined {
  try {
    return owner.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    // Gone in the meantime, or torn.
    return undefined
  }
}

/** When a process started, to tell it from a later one with the same number; '' when it does not run. */
function startOf(pid: number): string {
  const start = processStart(pid)
  if (start !== undefined) return start
  // No /proc on this system, or no such process: ask the kernel for the second.
  try {
    process.kill(pid, 0)
    return 'running'
  } catch (error) {
    return errorCode(error) === 'EPERM' ? 'running' : ''
  }
}
