import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { labDir } from '../folder/lab-dir.ts'
import { type LabInfo, readLabFile } from '../folder/lab-file.ts'
import { labFolderExists } from '../folder/lab-folder.ts'
import { lockLab } from '../folder/lab-lock.ts'
import { API_INSTANCES } from '../parts/api-instances.ts'
import { Supervisor } from '../supervisor/supervisor.ts'

export interface RunningLab {
  info: LabInfo
  supervisor: Supervisor
}

export interface LabPlace {
  root: Root
  env: Readonly<Record<string, string | undefined>>
}

/** Above what an instance may take to finish what is under way: supervisord kills it after 15 s. */
const STOP_LIMIT_MS = 17_000
const STOPPED = ['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']

/**
 * Does `work` with a lab that is up, while nobody else changes it. Throws `unreachable` when it is not up, `refused`
 * when it is locked.
 */
export async function withRunningLab<T>(
  { root, env }: LabPlace,
  doing: string,
  work: (lab: RunningLab) => Promise<T>,
): Promise<T> {
  const dir = labDir(root, env)
  requireUp(dir)
  const unlock = lockLab(dir, doing)
  try {
    const supervisor = new Supervisor(join(dir, 'run', 'supervisor.sock'))
    const info = requireUp(dir)
    if (!(await supervisor.answers())) throw notUp()
    return await work({ info, supervisor })
  } finally {
    unlock()
  }
}

/** The instances of the API that run now, in order. */
export async function runningInstances(supervisor: Supervisor): Promise<string[]> {
  const states = await supervisor.programs()
  const isUp = (name: string) => states.some((p) => p.name === name && !STOPPED.includes(p.statename))
  return API_INSTANCES.map(({ name }) => name).filter(isUp)
}

/** Each finishes what it has begun. */
export async function stopParts(names: readonly string[], supervisor: Supervisor): Promise<void> {
  for (const name of names) await supervisor.stop(name)
  const until = performance.now() + STOP_LIMIT_MS
  const isLeft = async () =>
    (await supervisor.programs()).some((p) => names.includes(p.name) && !STOPPED.includes(p.statename))
  while (performance.now() < until && (await isLeft())) await sleep(50)
}

function requireUp(dir: string): LabInfo {
  const info = labFolderExists(dir) ? readLabFile(dir) : undefined
  if (info?.phase !== 'up') throw notUp()
  return info
}

function notUp(): CliError {
  return new CliError('unreachable', 'the lab is not up', { hint: 'Start it with: drillbook lab up' })
}
