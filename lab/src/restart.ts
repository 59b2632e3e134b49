import { CliError } from '@drillbook/content/errors'
import { PARTS } from './parts/parts.ts'
import { type LabPlace, runningInstances, stopParts, withRunningLab } from './running/running-lab.ts'
import { startPart } from './starting/start-parts.ts'

export interface LabRestartOptions extends LabPlace {
  /** `api`: every instance that runs, one after the other. Else the name of one. */
  what: string
  signal: AbortSignal
  /** An instance is ready again, so long after the start. */
  onProgress?: (step: { name: string; ms: number }) => void
}

export interface LabRestartResult {
  dir: string
  /** In order. */
  restarted: string[]
}

/**
 * Restarts instances of the API in order: each finishes what it has begun, and is ready before the next one stops, so
 * that no request fails while there are two. Throws `usage` for what does not run, `unreachable` when the lab is not up
 * or an instance does not come back.
 */
export async function labRestart({ what, signal, onProgress, ...place }: LabRestartOptions): Promise<LabRestartResult> {
  return await withRunningLab(place, 'restarted', async ({ info, supervisor }) => {
    const { dir, ports } = info
    const startedAt = performance.now()
    const running = await runningInstances(supervisor)
    const names = what === 'api' ? running : running.filter((name) => name === what)
    if (names.length === 0) {
      throw new CliError('usage', `no instance of the API that runs is called ${what}`, {
        hint: `Say api for all, or one of: ${running.join(', ') || 'none runs'}.`,
      })
    }
    for (const part of PARTS.filter(({ name }) => names.includes(name))) {
      signal.throwIfAborted()
      await stopParts([part.name], supervisor)
      await startPart(part, { dir, ports, supervisor, cluster: Promise.resolve(), signal })
      onProgress?.({ name: part.name, ms: performance.now() - startedAt })
    }
    return { dir, restarted: names }
  })
}
