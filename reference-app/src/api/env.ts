import { z } from 'zod'
import { databaseUrl, fileName, host, instanceName, logLevel, port, redisUrl, version } from '../env/read-env.ts'
import { MAX_SEATS } from '../ticketing/reservation-routes.ts'

/** What the environment of an API instance may say. */
export const apiEnv = z.object({
  PORT: port,
  OPS_PORT: port,
  HOST: host,
  INSTANCE: instanceName.default('api-1'),
  DATABASE_URL: databaseUrl,
  /** A streaming replica of it. Absent: everything is read from the primary. */
  DATABASE_REPLICA_URL: databaseUrl.optional(),
  CACHE_PRIMARY_URL: redisUrl,
  CACHE_STANDBY_URL: redisUrl,
  OPS_TOKEN_FILE: fileName,
  QUEUE_TOKEN_SECRET_FILE: fileName,
  AUDIT_FILE: fileName,
  /** Seats that one user may hold unpaid at a time. */
  SEAT_HOLD_LIMIT: z.coerce.number<string>().int().min(1).max(MAX_SEATS).default(50),
  /** Time to pay. The six steps of a purchase take about one minute. */
  SEAT_HOLD_SECONDS: z.coerce.number<string>().int().min(1).max(3_600).default(300),
  LOG_LEVEL: logLevel,
  APP_VERSION: version,
})

export type ApiEnv = z.infer<typeof apiEnv>
