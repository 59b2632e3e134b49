import { z } from 'zod'
import {
  databaseUrl,
  fileName,
  host,
  instanceName,
  logLevel,
  port,
  providerUrl,
  redisUrl,
  version,
} from '../../platform/env/read-env.ts'

/** What the environment of a worker may say. */
export const workerEnv = z.object({
  OPS_PORT: port,
  HOST: host,
  INSTANCE: instanceName.default('worker-1'),
  DATABASE_URL: databaseUrl,
  CACHE_PRIMARY_URL: redisUrl,
  CACHE_STANDBY_URL: redisUrl,
  PAYMENT_PROVIDER_URL: providerUrl,
  PAYMENT_PROVIDER_SECONDARY_URL: providerUrl,
  OPS_TOKEN_FILE: fileName,
  /** For those who only look. Absent: there are none. */
  OPS_VIEWER_TOKEN_FILE: fileName.optional(),
  /** Where heap snapshots go, which hold everything that the process knows. Absent: none are taken. */
  HEAP_SNAPSHOT_DIR: fileName.optional(),
  AUDIT_FILE: fileName,
  LOG_LEVEL: logLevel,
  APP_VERSION: version,
})

export type WorkerEnv = z.infer<typeof workerEnv>
