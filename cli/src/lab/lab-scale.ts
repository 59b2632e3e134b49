import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Root } from '../content/root.ts'
import { CliError } from '../errors.ts'
import { API_INSTANCES, MAX_API_INSTANCES } from './api-instances.ts'
import { labDir } from './lab-dir.ts'
import { type LabInfo, readLabFile } from './lab-file.ts'
import { labFolderExists } from './lab-folder.ts'
import { lockLab } from './lab-lock.ts'
import { PARTS } from './parts.ts'
import { instancesScraped } from './ready.ts'
import { startPart, waitUntilReady } from './start-parts.ts'
import { Supervisor } from './supervisor.ts'
import { othersKnow, tellOthers } from './tell-others.ts'

export interface LabScaleOptions {
  root: Root
  env: Readonly<Record<string, string | undefined>>
  /** How many instances of the API shall run. */
  count: number
  signal: AbortSignal
  /** A part is ready, told or stopped, so long after the start. */
  onProgress?: (step: { name: string; ended: boolean; ms: number }) => void
}

export interface LabScaleResult {
  dir: string
  /** How many ran before, and how many run now. */
  before: number
  instances: number
  started: string[]
  stopped: string[]
}

/** Above what an instance may take to finish what is under way: supervisord kills it after 15 s. */
const STOP_LIMIT_MS = 17_000

/**
 * Runs so many instances of the API, with no failed request: a new one is ready before the gateway sends it anything, and the
 * gateway has let go of an old one before it is stopped. Prometheus and the environment's `ops.urls` follow. Doing it again
 * changes nothing. Throws `usage` for a wrong number, `unreachable` when the lab is not up or an instance does not become ready.
 */
export async function labScale({ root, env, count, signal, onProgress }: LabScaleOptions): Promise<LabScaleResult> {
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_API_INSTANCES)) {
    throw new CliError('usage', `the lab runs from 1 to ${MAX_API_INSTANCES} instances of the API, not ${count}`)
  }
  const dir = labDir(root, env)
  refuseAbsent(dir)
  const startedAt = performance.now()
  const say = (name: string, ended = false) => onProgress?.({ name, ended, ms: performance.now() - startedAt })
  const unlock = lockLab(dir, 'scaled')
  try {
    const supervisor = new Supervisor(join(dir, 'run', 'supervisor.sock'))
    const info = refuseAbsent(dir)
    if (!(await supervisor.answers())) throw notUp()
    const running = async () => {
      const states = await supervisor.programs()
      const isUp = (name: string) => states.some((p) => p.name === name && !STOPPED.includes(p.statename))
      return API_INSTANCES.filter(({ name }) => isUp(name)).map(({ name }) => name)
    }
    const before = await running()
    const wanted: string[] = API_INSTANCES.slice(0, count).map(({ name }) => name)
    const started = wanted.filter((name) => !before.some((other) => other === name))
    const stopped = before.filter((name) => !wanted.includes(name))

    const parts = PARTS.filter(({ name }) => wanted.includes(name))
    const start = { dir, ports: info.ports, supervisor, cluster: Promise.resolve(), signal }
    await Promise.all(
      parts.map((part) => startPart(part, start).then(() => started.includes(part.name) && say(part.name))),
    )
    if (!othersKnow(info, count)) {
      await tellOthers(info, count, supervisor, signal)
      say('nginx')
    }
    await stop(stopped, supervisor)
    for (const name of stopped) say(name, true)
    await waitUntilReady('Prometheus', instancesScraped(info.ports, wanted), { signal })
    say('prometheus')
    return { dir, before: before.length, instances: count, started, stopped }
  } finally {
    unlock()
  }
}

const STOPPED = ['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']

function refuseAbsent(dir: string): LabInfo {
  const info = labFolderExists(dir) ? readLabFile(dir) : undefined
  if (info?.phase !== 'up') throw notUp()
  return info
}

function notUp(): CliError {
  return new CliError('unreachable', 'the lab is not up', { hint: 'Start it with: drillbook lab up' })
}

/** Each finishes what it has begun. */
async function stop(names: readonly string[], supervisor: Supervisor): Promise<void> {
  for (const name of names) await supervisor.stop(name)
  const until = performance.now() + STOP_LIMIT_MS
  const isLeft = async () =>
    (await supervisor.programs()).some((p) => names.includes(p.name) && !STOPPED.includes(p.statename))
  while (performance.now() < until && (await isLeft())) await sleep(50)
}
