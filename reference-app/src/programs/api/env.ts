import { z } from 'zod'
import {
  databaseUrl,
  fileName,
  host,
  instanceName,
  logLevel,
  port,
  redisUrl,
  version,
} from '../../platform/env/read-env.ts'
import { QUEUE_TOKEN_LIFETIME_MS } from '../../ticketing/queue-token.ts'
import { MAX_SEATS } from '../../ticketing/reservation/routes.ts'
import { MAX_ADMISSIONS_PER_SECOND, MAX_CAPACITY, WAITING_ROOM_MODES } from '../../ticketing/waiting-room/room-rules.ts'

const capacity = z.coerce.number<string>().int().min(0).max(MAX_CAPACITY)
const admissionRate = z.coerce.number<string>().int().min(0).max(MAX_ADMISSIONS_PER_SECOND)

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
  /** For those who only look. Absent: there are none. */
  OPS_VIEWER_TOKEN_FILE: fileName.optional(),
  QUEUE_TOKEN_SECRET_FILE: fileName,
  /** Where heap snapshots go, which hold everything that the process knows. Absent: none are taken. */
  HEAP_SNAPSHOT_DIR: fileName.optional(),
  AUDIT_FILE: fileName,
  /** Seats that one user may hold unpaid at a time. */
  SEAT_HOLD_LIMIT: z.coerce.number<string>().int().min(1).max(MAX_SEATS).default(50),
  /** Time to pay. The six steps of a purchase take about one minute. */
  SEAT_HOLD_SECONDS: z.coerce.number<string>().int().min(1).max(3_600).default(300),
  QUEUE_REDIS_URL: redisUrl,
  WAITING_ROOM_MODE: z.enum(WAITING_ROOM_MODES).default('live'),
  /** Admitted users at a time, over all instances: the load test's 3,000 concurrent visitors. */
  WAITING_ROOM_CAPACITY: capacity.default(3_000),
  /** Over all instances: above the 143 purchases per second that the load test reached. 0: nobody. */
  WAITING_ROOM_ADMISSIONS_PER_SECOND: admissionRate.default(200),
  /** A waiting user who is not seen for so long is gone: three of the longest pauses that we ask for. */
  WAITING_ROOM_ABANDONED_AFTER_SECONDS: z.coerce.number<string>().int().min(1).max(3_600).default(30),
  /** From admission to the end of the turn. */
  WAITING_ROOM_TURN_SECONDS: z.coerce
    .number<string>()
    .int()
    .min(1)
    .max(86_400)
    .default(QUEUE_TOKEN_LIFETIME_MS / 1000),
  /** `allowed`: drills can make this instance fail. Absent: there is no way to. */
  DRILLS: z.literal('allowed').optional(),
  LOG_LEVEL: logLevel,
  APP_VERSION: version,
})

export type ApiEnv = z.infer<typeof apiEnv>
