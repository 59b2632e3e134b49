import { CliError } from '@drillbook/content/errors'
import { API_INSTANCES, MAX_API_INSTANCES } from './parts/api-instances.ts'
import { PARTS } from './parts/parts.ts'
import { type LabPlace, runningInstances, stopParts, withRunningLab } from './running/running-lab.ts'
import { othersKnow, tellOthers } from './running/tell-others.ts'
import { instancesScraped } from './starting/ready.ts'
import { startPart, waitUntilReady } from './starting/start-parts.ts'

export interface LabScaleOptions extends LabPlace {
  /** How many instances of the API shall run. */
  count: number
  signal: AbortSignal
  /** A part is ready, notified or stopped, so long after the start. */
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

/**
 * Runs so many instances of the API, with no failed request: a new one is ready before the gateway sends it anything,
 * and the gateway has let go of an old one before it is stopped. Prometheus and the environment's `ops.urls` follow.
 * Doing it again changes nothing. Throws `usage` for a wrong number, `unreachable` when the lab is not up or an
 * instance does not become ready.
 */
export async function labScale({ root, env, count, signal, onProgress }: LabScaleOptions): Promise<LabScaleResult> {
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_API_INSTANCES)) {
    throw new CliError('usage', `the lab runs from 1 to ${MAX_API_INSTANCES} instances of the API, not ${count}`)
  }
  return await withRunningLab({ root, env }, 'scaled', async ({ info, supervisor }) => {
    const { dir } = info
    const startedAt = performance.now()
    const say = (name: string, ended = false) => onProgress?.({ name, ended, ms: performance.now() - startedAt })
    const before = await runningInstances(supervisor)
    const wanted: string[] = API_INSTANCES.slice(0, count).map(({ name }) => name)
    const started = wanted.filter((name) => !before.includes(name))
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
    await stopParts(stopped, supervisor)
    for (const name of stopped) say(name, true)
    await waitUntilReady('Prometheus', instancesScraped(info.ports, wanted), { signal })
    say('prometheus')
    return { dir, before: before.length, instances: count, started, stopped }
  })
}
