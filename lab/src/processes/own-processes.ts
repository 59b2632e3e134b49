import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, errorCode } from '@drillbook/content/errors'
import { isSameProcess, type ProcessEntry, processTable, startedWith, workingFolder } from './process-table.ts'

/** Every process of a lab is started with this variable, holding the lab's folder: the mark by which it is found. */
export const LAB_MARK = 'DRILLBOOK_LAB'

/**
 * These write their title over the environment that they were started with; all of them work inside the lab's folder.
 */
const OVERWRITES_ITS_ENVIRONMENT = ['postgres', 'redis-server', 'nginx']

/**
 * The processes that are provably of the lab in `dir`, however they came to be alone: they carry its mark, or are one
 * of the three programs that lose it and work inside the lab's folder. Never this process or one that it runs under.
 */
export function ownProcesses(dir: string): ProcessEntry[] {
  const real = realFolder(dir)
  const table = processTable()
  const spared = ancestors(table)
  return table.filter((p) => !spared.has(p.pid) && (startedWith(p.pid, LAB_MARK) === dir || worksInside(p, real)))
}

/** The kernel tells working folders without links; the folder itself may be gone. */
function realFolder(dir: string): string {
  try {
    return join(realpathSync(dirname(dir)), basename(dir))
  } catch {
    return dir // not even its parent is there
  }
}

function worksInside({ pid, name }: ProcessEntry, dir: string): boolean {
  const folder = workingFolder(pid)
  return (folder === dir || folder.startsWith(`${dir}/`)) && OVERWRITES_ITS_ENVIRONMENT.includes(name)
}

function ancestors(table: readonly ProcessEntry[]): Set<number> {
  const parentOf = new Map(table.map((p) => [p.pid, p.parentPid]))
  const spared = new Set<number>()
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && pid > 0 && !spared.has(pid);
    pid = parentOf.get(pid)
  ) {
    spared.add(pid)
  }
  return spared
}

/**
 * Ends what is left of the lab: asks, and after `patienceMs` insists. A supervisor first, so that it starts nothing
 * again. Returns what it ended, when its ports are free. Throws `unreachable` when something survives.
 */
export async function endOwnProcesses(dir: string, patienceMs = 3000): Promise<ProcessEntry[]> {
  const seen = new Map<string, ProcessEntry>()
  // One that is ending has lost its mark, and still has its sockets: what was seen before stays listed until the kernel
  // says that it is gone.
  const left = () => {
    for (const p of ownProcesses(dir)) seen.set(`${p.pid} ${p.startTicks}`, p)
    return [...seen.values()].filter(isSameProcess)
  }
  const found = left()
  for (const p of found) if (/\bsupervisord\b/.test(p.command)) signal(p, 'SIGKILL')
  // Postgres takes TERM as "wait for the clients" and INT as "end now"; a stopped process hears nothing until CONT.
  for (const p of left()) {
    signal(p, p.name === 'postgres' ? 'SIGINT' : 'SIGTERM')
    signal(p, 'SIGCONT')
  }
  const until = performance.now() + patienceMs
  while (left().length > 0 && performance.now() < until) await sleep(50)
  // A process may have started another between scan and kill: scan again until none is left.
  for (let round = 0; round < 100; round++) {
    const stubborn = left()
    if (stubborn.length === 0) return found
    for (const p of stubborn) signal(p, 'SIGKILL')
    await sleep(50)
  }
  const names = left().map((p) => `${p.pid} (${p.name})`)
  throw new CliError('unreachable', `these processes of the lab cannot be ended: ${names.join(', ')}`)
}

function signal(target: ProcessEntry, name: NodeJS.Signals): void {
  if (!isSameProcess(target)) return
  try {
    process.kill(target.pid, name)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}
