import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Root } from '@drillbook/content/root'
import { labDir } from './folder/lab-dir.ts'
import { emptyLabFolder, labFolderExists, refuseForeignFolder, removeEmptyLabFolder } from './folder/lab-folder.ts'
import { lockLab } from './folder/lab-lock.ts'
import { endOwnProcesses, ownProcesses } from './processes/own-processes.ts'
import { Supervisor } from './supervisor/supervisor.ts'

export interface LabDownOptions {
  root: Root
  env: Readonly<Record<string, string | undefined>>
  /** Leave data and logs in the lab's folder; the next `up` removes them. @default false */
  keep?: boolean | undefined
}

export interface LabDownResult {
  dir: string
  /** How many processes were ended. */
  ended: number
  /** False when there was nothing to take down: no process, no folder. */
  wasThere: boolean
  kept: boolean
}

/**
 * The databases end within a second. An API may want fifteen for its callers, but this lab has none any more: what is
 * left then is killed.
 */
const STOP_LIMIT_MS = 6_000

/**
 * Takes the lab down, whatever state it is in, and removes its folder. Does nothing when there is none. Throws
 * `refused` while somebody is bringing it up, or when the folder is not a lab's.
 */
export async function labDown({ root, env, keep = false }: LabDownOptions): Promise<LabDownResult> {
  const dir = labDir(root, env)
  if (!labFolderExists(dir)) {
    const ended = await endOwnProcesses(dir) // somebody removed the folder under a running lab
    return { dir, ended: ended.length, wasThere: ended.length > 0, kept: false }
  }
  refuseForeignFolder(dir)
  const unlock = lockLab(dir, 'taken down')
  let ended = 0
  try {
    ended = ownProcesses(dir).length
    await stopInOrder(dir)
    await endOwnProcesses(dir)
    if (keep) for (const name of ['lab.json', 'environment.yaml']) rmSync(join(dir, name), { force: true })
    else emptyLabFolder(dir)
  } finally {
    unlock()
    removeEmptyLabFolder(dir)
  }
  return { dir, ended, wasThere: true, kept: keep }
}

/** As supervisord would do it, but all programs at once: it takes one second for each otherwise. */
async function stopInOrder(dir: string): Promise<void> {
  const supervisor = new Supervisor(join(dir, 'run', 'supervisor.sock'))
  if (!(await supervisor.answers())) return
  const until = performance.now() + STOP_LIMIT_MS
  await supervisor.stopAll()
  const isRunning = (state: string) => ['RUNNING', 'STARTING', 'STOPPING', 'BACKOFF'].includes(state)
  while (performance.now() < until && (await supervisor.programs()).some((p) => isRunning(p.statename))) await sleep(50)
  await supervisor.shutdown()
  while (performance.now() < until && ownProcesses(dir).length > 0) await sleep(50)
}
