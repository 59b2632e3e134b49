import { ownProcesses } from './own-processes.ts'
import { pssBytes } from './process-table.ts'

/** Bytes by the pid of each program that supervisord started, its children's included. */
export function memoryByProgram(
  dir: string,
  programPids: readonly number[],
): { total: number; byPid: Map<number, number> } {
  const processes = ownProcesses(dir)
  const parentOf = new Map(processes.map((p) => [p.pid, p.parentPid]))
  const programs = new Set(programPids)
  const byPid = new Map<number, number>()
  let total = 0
  for (const { pid } of processes) {
    const bytes = pssBytes(pid)
    total += bytes
    let at: number | undefined = pid
    while (at !== undefined && !programs.has(at)) at = parentOf.get(at)
    if (at !== undefined) byPid.set(at, (byPid.get(at) ?? 0) + bytes)
  }
  return { total, byPid }
}

/** As people read it. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}
