import { join } from 'node:path'
import type { DataSet } from '../folder/lab-file.ts'
import type { Layout } from '../layout/layout.ts'
import type { Ports } from '../parts/ports.ts'
import type { ProgramPaths } from '../parts/programs.ts'
import { runProgram } from '../processes/run-program.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { createCluster } from './postgres.ts'
import { wholeLabProbes } from './ready.ts'
import { startParts, waitUntilReady } from './start-parts.ts'

/** For the schema and the data, on two busy cores. Milliseconds. */
const DATABASE_LIMIT_MS: Record<DataSet, number> = { small: 30_000, load: 120_000 }

export interface StartEverythingOptions {
  dir: string
  checkout: string
  ports: Ports
  layout: Layout
  programs: ProgramPaths
  dataSet: DataSet
  journeysPerSecond: number
  supervisor: Supervisor
  onReady: (name: string) => void
  signal: AbortSignal
}

/**
 * The database's files and supervisord at once, then every part in order of need, then the proof that it is one whole.
 */
export async function startEverything(options: StartEverythingOptions): Promise<void> {
  const { dir, ports, layout, supervisor, onReady, signal } = options
  const env = layout.processEnv
  const cluster = createCluster({ ...layout.postgres, env, signal })
  cluster.catch(() => {}) // awaited where Postgres is started
  const supervisord = ['-c', join(dir, 'supervisord.conf')]
  await runProgram(options.programs.supervisord, supervisord, { env, cwd: dir, timeoutMs: 15_000, signal })
  await waitUntilReady('supervisord', async () => ((await supervisor.answers()) ? undefined : 'no answer'), { signal })
  const prepareDatabase = async () => {
    const cwd = join(options.checkout, 'reference-app')
    const given = { ...env, DATABASE_URL: layout.databaseUrl }
    await runProgram(
      process.execPath,
      [join(cwd, 'src/programs/database-set-up/main.ts'), '--data-set', options.dataSet],
      {
        env: given,
        cwd,
        timeoutMs: DATABASE_LIMIT_MS[options.dataSet],
        signal,
      },
    )
  }
  await startParts({ dir, ports, supervisor, cluster, prepareDatabase, signal, onReady })
  for (const { name, probe } of wholeLabProbes(ports, options.journeysPerSecond)) {
    await waitUntilReady(name, probe, { signal })
    onReady(name)
  }
}
