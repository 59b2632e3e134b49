#!/usr/bin/env node
import { flushTraces } from '@drillbook/instrumentation'
import { orExit, readEnv } from '../../platform/env/read-env.ts'
import { Listener } from '../../platform/http/listener.ts'
import { withTimeLimit } from '../../platform/time-limit.ts'
import { decideConfig } from './config.ts'
import { workerEnv } from './env.ts'
import { createTelemetry } from './telemetry.ts'
import { createWorker } from './worker.ts'

/** For scrapes and operators that are being answered when everything else has ended. Milliseconds. */
const DRAIN_LIMIT_MS = 2_000
/** Time limit for closing the connections to Postgres and Redis, which may hang. Milliseconds. */
const CLOSE_LIMIT_MS = 5_000
/** After the shutdown, before the process is ended even if a connection is still open. Milliseconds. */
const EXIT_DELAY_MS = 500

const config = orExit(() => decideConfig(readEnv(workerEnv, process.env)))
const telemetry = createTelemetry(config)
const { logger } = telemetry
const worker = createWorker(config, telemetry)
await worker.begin()
const opsListener = await Listener.open(worker.operations, config.host, config.opsPort)
logger.info(
  { event: 'worker.started', opsPort: opsListener.port, version: config.version },
  'this worker looks for work',
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))

/** Nothing is left open after this, so the process ends by itself, with 0. */
async function stop(signal: string): Promise<void> {
  logger.info({ event: 'worker.stopping', signal }, 'this worker finishes what it has begun')
  await worker.finish()
  await opsListener.close(DRAIN_LIMIT_MS)
  // Connections that do not close in time end with the process.
  await withTimeLimit(worker.close(), CLOSE_LIMIT_MS, () => new Error('not in time')).catch(() => undefined)
  await flushTraces()
  logger.info({ event: 'worker.stopped' }, 'this worker has ended')
  setTimeout(() => process.exit(0), EXIT_DELAY_MS).unref() // a server that hangs keeps its connections open
}
