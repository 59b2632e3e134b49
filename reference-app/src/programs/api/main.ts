#!/usr/bin/env node
import { flushTraces } from '@drillbook/instrumentation'
import { orExit, readEnv } from '../../platform/env/read-env.ts'
import { Listener } from '../../platform/http/listener.ts'
import { withTimeLimit } from '../../platform/time-limit.ts'
import { createApp } from './app.ts'
import { decideConfig } from './config.ts'
import { apiEnv } from './env.ts'
import { createTelemetry } from './telemetry.ts'

/**
 * Between reporting not ready and closing the listening sockets: a load balancer that checks once per second has
 * noticed by then. Milliseconds.
 */
const NOTICE_MS = 2_000
/** For what is in flight then: a request ends within 10 s. Milliseconds. */
const DRAIN_LIMIT_MS = 10_000
/** For scrapes and operators that are being answered when everything else has ended. Milliseconds. */
const OPS_DRAIN_LIMIT_MS = 1_000
/** Time limit for closing the connections to Postgres and Redis, which may hang. Milliseconds. */
const CLOSE_LIMIT_MS = 5_000
/** After the shutdown, before the process is ended even if a connection is still open. Milliseconds. */
const EXIT_DELAY_MS = 500

const config = orExit(() => decideConfig(readEnv(apiEnv, process.env)))
const telemetry = createTelemetry(config)
const { logger } = telemetry
const app = createApp(config, telemetry)
await app.begin()
const listener = await Listener.open(app.public, config.host, config.port, telemetry.connections)
const opsListener = await Listener.open(app.operations, config.host, config.opsPort)
logger.info(
  { event: 'api.started', port: listener.port, opsPort: opsListener.port, version: config.version },
  'this instance takes requests',
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))

/** Nothing is left open after this, so the process ends by itself, with 0. */
async function stop(signal: string): Promise<void> {
  logger.info({ event: 'api.stopping', signal }, 'this instance finishes what it has begun')
  app.drain()
  await new Promise((resolve) => setTimeout(resolve, NOTICE_MS))
  await listener.close(DRAIN_LIMIT_MS)
  await opsListener.close(OPS_DRAIN_LIMIT_MS)
  // Connections that do not close in time end with the process.
  await withTimeLimit(app.close(), CLOSE_LIMIT_MS, () => new Error('not in time')).catch(() => undefined)
  await flushTraces()
  logger.info({ event: 'api.stopped' }, 'this instance has ended')
  setTimeout(() => process.exit(0), EXIT_DELAY_MS).unref() // a server that hangs keeps its connections open
}
