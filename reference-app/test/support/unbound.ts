import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Express } from 'express'
import { readEnv } from '../../src/platform/env/read-env.ts'
import { createApp } from '../../src/programs/api/app.ts'
import { decideConfig as apiConfig } from '../../src/programs/api/config.ts'
import { apiEnv } from '../../src/programs/api/env.ts'
import { createTelemetry as apiTelemetry } from '../../src/programs/api/telemetry.ts'
import { decideConfig as workerConfig } from '../../src/programs/worker/config.ts'
import { workerEnv } from '../../src/programs/worker/env.ts'
import { createTelemetry as workerTelemetry } from '../../src/programs/worker/telemetry.ts'
import { createWorker } from '../../src/programs/worker/worker.ts'
import { scratchFolder } from './scratch.ts'

export const TOKENS = { operator: 'o'.repeat(32), viewer: 'v'.repeat(32) }

/** The operations port of a process as it makes it, with nothing behind it. */
export interface Unbound {
  operations: Express
  close(): Promise<void>
}

function environment() {
  const folder = scratchFolder()
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const nowhere = 'redis://127.0.0.1:1'
  const env = {
    PORT: '0',
    OPS_PORT: '0',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    CACHE_PRIMARY_URL: nowhere,
    CACHE_STANDBY_URL: nowhere,
    QUEUE_REDIS_URL: nowhere,
    PAYMENT_PROVIDER_URL: 'http://127.0.0.1:1',
    PAYMENT_PROVIDER_SECONDARY_URL: 'http://127.0.0.1:1',
    OPS_TOKEN_FILE: file('operator', TOKENS.operator),
    OPS_VIEWER_TOKEN_FILE: file('viewer', TOKENS.viewer),
    QUEUE_TOKEN_SECRET_FILE: file('queue', 'q'.repeat(32)),
    AUDIT_FILE: join(folder.path, 'audit'),
    DRILLS: 'allowed', // else their routes are not there
    LOG_LEVEL: 'silent',
  }
  return { env, folder }
}

export function unboundApi(): Unbound {
  const { env, folder } = environment()
  const config = apiConfig(readEnv(apiEnv, env))
  const app = createApp(config, apiTelemetry(config))
  return { operations: app.operations as Express, close: () => app.close().finally(() => folder.remove()) }
}

export function unboundWorker(): Unbound {
  const { env, folder } = environment()
  const config = workerConfig(readEnv(workerEnv, env))
  const worker = createWorker(config, workerTelemetry(config))
  return { operations: worker.operations as Express, close: () => worker.close().finally(() => folder.remove()) }
}
