import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import type { Root } from '@drillbook/content/root'
import { labDir } from './folder/lab-dir.ts'
import { DATA_SETS, type DataSet, type LabInfo, readLabFile, writeLabFile } from './folder/lab-file.ts'
import { claimLabFolder, emptyLabFolder, removeEmptyLabFolder } from './folder/lab-folder.ts'
import { lockLab } from './folder/lab-lock.ts'
import { writeLayout } from './layout/layout.ts'
import type { LabRules } from './layout/rules.ts'
import { DEFAULT_API_INSTANCES } from './parts/api-instances.ts'
import { refuseTakenPorts } from './parts/listeners.ts'
import { resolvePorts } from './parts/ports.ts'
import { findPrograms } from './parts/programs.ts'
import { memoryByProgram } from './processes/memory.ts'
import { endOwnProcesses } from './processes/own-processes.ts'
import { startEverything } from './starting/start-everything.ts'
import { Supervisor } from './supervisor/supervisor.ts'

export interface LabUpOptions {
  root: Root
  env: Readonly<Record<string, string | undefined>>
  /** Writes the alert rules for the lab. Throws `usage` for mistakes in them. */
  compileRules: (rules: LabRules) => void
  /** Throws `usage` for mistakes in the environment file at this path. */
  checkEnvironment: (file: string) => void
  /** Added to every port. @default 0 */
  portOffset?: number | undefined
  /** Single ports, each as NAME=NUMBER. */
  ports?: readonly string[] | undefined
  /** How many times faster than written the alert rules run. @default 10 */
  speed?: number | undefined
  /** Visitors, most with three requests; 0 for none. @default 60 */
  journeysPerSecond?: number | undefined
  /** What the database holds at the start. @default small */
  dataSet?: string | undefined
  onProgress?: ((progress: LabProgress) => void) | undefined
  /** Aborting it takes down what has been started and removes the folder. */
  signal?: AbortSignal | undefined
}

/** Something was cleaned up, or a part or a condition has become ready. `ms` since `up` began. */
export interface LabProgress {
  what: 'cleaned' | 'ready'
  name: string
  ms: number
}

export const DEFAULT_SPEED = 10
export const DEFAULT_JOURNEYS_PER_SECOND = 60

/** The checkout that this package lies in. */
const CHECKOUT = resolve(import.meta.dirname, '../..')

/**
 * Brings the lab up and waits until it is whole. Throws `refused` when it is up already or ports are taken, `usage` for
 * wrong options or files, `unreachable` when programs are missing or a part does not become ready, `interrupted`.
 */
export async function labUp(options: LabUpOptions): Promise<LabInfo> {
  const started = performance.now()
  const { root, env, compileRules } = options
  const { speed, journeysPerSecond, dataSet } = checkedOptions(options)
  const ports = resolvePorts(options.portOffset ?? 0, options.ports ?? [])
  refuseOtherSystems()
  const programs = findPrograms(env)
  const dir = labDir(root, env)
  const failed = new AbortController()
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal])
  signal.throwIfAborted()
  const say = (what: LabProgress['what'], name: string) =>
    options.onProgress?.({ what, name, ms: performance.now() - started })

  claimLabFolder(dir)
  const unlock = lockLab(dir, 'started')
  // What is in the folder is a remnant or our own doing, and may be removed.
  let mine = false
  let logs = false
  try {
    const supervisor = new Supervisor(join(dir, 'run', 'supervisor.sock'))
    await refuseRunning(dir, supervisor)
    mine = true
    const ended = await endOwnProcesses(dir)
    emptyLabFolder(dir)
    claimLabFolder(dir)
    if (ended.length > 0)
      say('cleaned', `${ended.length} ${ended.length === 1 ? 'process' : 'processes'} of an earlier lab`)
    await refuseTakenPorts(ports)

    const startedAt = new Date().toISOString()
    const info: LabInfo = {
      version: 1,
      dir,
      checkout: CHECKOUT,
      phase: 'starting',
      startedAt,
      speed,
      journeysPerSecond,
      dataSet,
      apiInstances: DEFAULT_API_INSTANCES,
      ports,
    }
    writeLabFile(info)
    const given = { root, env, compileRules, speed, journeysPerSecond }
    const layout = writeLayout({ ...given, dir, checkout: CHECKOUT, programs, ports })
    options.checkEnvironment(join(dir, 'environment.yaml')) // its mistakes now, not when the keeper reads it
    logs = true
    const onReady = (name: string) => say('ready', name)
    await startEverything({
      dir,
      checkout: CHECKOUT,
      ports,
      layout,
      programs,
      dataSet,
      journeysPerSecond,
      supervisor,
      signal,
      onReady,
    })
    const startSeconds = Math.round((performance.now() - started) / 100) / 10
    const up: LabInfo = { ...info, phase: 'up', startSeconds, memoryBytes: memoryByProgram(dir, []).total }
    writeLabFile(up)
    return up
  } catch (error) {
    failed.abort()
    const interrupted = options.signal?.aborted === true
    if (mine) {
      await endOwnProcesses(dir)
      clearAfterFailure(dir, logs && !interrupted)
    }
    if (interrupted) throw new CliError('interrupted', 'interrupted: the lab was taken down again', { cause: error })
    throw error
  } finally {
    unlock()
    removeEmptyLabFolder(dir)
  }
}

/** The logs stay to be read if something ran; what would say that there is a lab goes in any case. */
function clearAfterFailure(dir: string, keepLogs: boolean): void {
  if (keepLogs) for (const name of ['lab.json', 'environment.yaml']) rmSync(join(dir, name), { force: true })
  else emptyLabFolder(dir)
}

function checkedOptions(options: LabUpOptions): { speed: number; journeysPerSecond: number; dataSet: DataSet } {
  const speed = options.speed ?? DEFAULT_SPEED
  const journeysPerSecond = options.journeysPerSecond ?? DEFAULT_JOURNEYS_PER_SECOND
  const problems: string[] = []
  // Prometheus scrapes at 10 s / speed, and more often than every half second is more than two cores can do.
  if (!(speed >= 1 && speed <= 20)) problems.push(`--speed has to be from 1 to 20, not ${speed}`)
  if (!(journeysPerSecond >= 0 && journeysPerSecond <= 1000)) {
    problems.push(`--journeys-per-second has to be from 0 to 1000, not ${journeysPerSecond}`)
  }
  const dataSet = DATA_SETS.find((name) => name === (options.dataSet ?? DATA_SETS[0]))
  if (dataSet === undefined)
    problems.push(`--data-set has to be one of ${DATA_SETS.join(', ')}, not ${options.dataSet}`)
  if (problems.length > 0 || dataSet === undefined) throw new CliError('usage', problems.join('; '))
  return { speed, journeysPerSecond, dataSet }
}

function refuseOtherSystems(): void {
  if (existsSync('/proc/self/environ')) return
  throw new CliError('usage', 'the lab runs on Linux: it finds and measures its processes in /proc', {
    hint: 'Elsewhere, run it in a Linux container or virtual machine.',
  })
}

/**
 * We hold the lock: no other process is starting it. What answers and calls itself up is up; anything else is a
 * remnant.
 */
async function refuseRunning(dir: string, supervisor: Supervisor): Promise<void> {
  const info = readLabFile(dir)
  if (info?.phase !== 'up' || !(await supervisor.answers())) return
  throw new CliError('refused', `the lab is up already, since ${info.startedAt}, in ${dir}`, {
    hint: 'See it with `drillbook lab status`; `drillbook lab down` first if you want a fresh one.',
  })
}
