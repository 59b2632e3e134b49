import { join } from 'node:path'
import type { Root } from '@drillbook/content/root'
import { labDir } from './folder/lab-dir.ts'
import { type LabInfo, readLabFile } from './folder/lab-file.ts'
import { isLabLocked } from './folder/lab-lock.ts'
import { isSpareInstance } from './parts/api-instances.ts'
import { PARTS } from './parts/parts.ts'
import { memoryByProgram } from './processes/memory.ts'
import { ownProcesses } from './processes/own-processes.ts'
import { Supervisor } from './supervisor/supervisor.ts'

export interface PartStatus {
  name: string
  /** As supervisord says: RUNNING, STOPPED, FATAL ...; `gone` when there is no supervisord. */
  state: string
  pid: number | undefined
  ports: number[]
  healthy: boolean
  /** Why not. */
  problem: string | undefined
  /** Proportional set size, children included. */
  memoryBytes: number
}

export interface LabStatus {
  dir: string
  /** `remnants`: processes of a lab whose supervisord is gone, or that was never finished. */
  state: 'up' | 'starting' | 'remnants' | 'down'
  info: LabInfo | undefined
  parts: PartStatus[]
  memoryBytes: number
}

/** What of the lab there is at this moment. Throws nothing. */
export async function labStatus({
  root,
  env,
}: {
  root: Root
  env: Readonly<Record<string, string | undefined>>
}): Promise<LabStatus> {
  const dir = labDir(root, env)
  const info = readLabFile(dir)
  const supervisor = new Supervisor(join(dir, 'run', 'supervisor.sock'))
  const programs = await supervisor.programs().catch(() => undefined)
  const abandoned = info?.phase === 'starting' && !isLabLocked(dir)
  if (info === undefined || programs === undefined || abandoned) {
    const left = ownProcesses(dir).length
    const memoryBytes = left === 0 ? 0 : memoryByProgram(dir, []).total
    return { dir, state: left === 0 ? 'down' : 'remnants', info, parts: [], memoryBytes }
  }
  const memory = memoryByProgram(
    dir,
    programs.map((p) => p.pid).filter((pid) => pid > 0),
  )
  const parts = await Promise.all(
    PARTS.filter(({ name }) => !isSpareInstance(name, info.apiInstances)).map(async (part): Promise<PartStatus> => {
      const program = programs.find((p) => p.name === part.name)
      const problem =
        program?.statename === 'RUNNING' || program?.statename === 'STARTING'
          ? await part.probe(info.ports)()
          : program?.spawnerr || 'it does not run'
      return {
        name: part.name,
        state: program?.statename ?? 'UNKNOWN',
        pid: program?.pid || undefined,
        ports: part.ports.map((name) => info.ports[name]),
        healthy: problem === undefined,
        problem,
        memoryBytes: memory.byPid.get(program?.pid ?? -1) ?? 0,
      }
    }),
  )
  return { dir, state: info.phase, info, parts, memoryBytes: memory.total }
}
