import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '@drillbook/content/errors'
import { type LabInfo, writeLabFile } from '../folder/lab-file.ts'
import { replaceOpsUrls } from '../layout/environment-file.ts'
import { gatewayServers, instanceTargets, opsUrls, replaceFile } from '../parts/api-instances.ts'
import { processTable } from '../processes/process-table.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

/** nginx starts new workers within milliseconds of the signal. */
const RELOAD_LIMIT_MS = 5_000

const GATEWAY = 'nginx/instances.conf'
const TARGETS = 'prometheus/targets/api.yaml'

/**
 * Do gateway, Prometheus and command line know of so many instances? Not when a call was killed in the middle of
 * telling them.
 */
export function othersKnow({ dir, ports, apiInstances }: LabInfo, count: number): boolean {
  const holds = (file: string, text: string) => readFileSync(join(dir, file), 'utf8') === text
  return (
    apiInstances === count &&
    holds(GATEWAY, gatewayServers(ports, count)) &&
    holds(TARGETS, instanceTargets(ports, count))
  )
}

/** Gateway first: when the others know, requests already go where they shall. */
export async function tellOthers(
  info: LabInfo,
  count: number,
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<void> {
  const { dir, ports } = info
  replaceFile(join(dir, GATEWAY), gatewayServers(ports, count))
  await reloadGateway(supervisor, signal)
  replaceFile(join(dir, TARGETS), instanceTargets(ports, count))
  replaceOpsUrls(join(dir, 'environment.yaml'), opsUrls(ports, count))
  writeLabFile({ ...info, apiInstances: count }) // last: who finds it there knows that all of this has been done
}

/** Resolves when a new worker serves; the old ones finish what they have. Throws `unreachable` when none comes. */
async function reloadGateway(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const nginx = (await supervisor.programs()).find((p) => p.name === 'nginx')
  if (nginx === undefined || nginx.pid === 0) return // it reads the file when it starts
  const workers = () => processTable().filter((p) => p.parentPid === nginx.pid)
  const old = new Set(workers().map((p) => p.pid))
  await supervisor.signal('nginx', 'HUP')
  const until = performance.now() + RELOAD_LIMIT_MS
  while (!workers().some((p) => !old.has(p.pid))) {
    if (performance.now() > until) {
      throw new CliError('unreachable', 'the gateway did not take its new configuration', {
        hint: 'See why with: drillbook lab logs nginx',
      })
    }
    await sleep(20, undefined, { signal })
  }
}
