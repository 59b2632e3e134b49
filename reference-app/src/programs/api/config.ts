import type { Tokens } from '../../operations/operator.ts'
import { readTokens } from '../../operations/operator.ts'
import type { SourceName } from '../../platform/cache/source.ts'
import { EnvError } from '../../platform/env/read-env.ts'
import { readSecret } from '../../platform/env/secret.ts'
import type { HoldRules } from '../../ticketing/reservation/reserve-seats.ts'
import type { RoomLimits, RoomRules, WaitingRoomMode } from '../../ticketing/waiting-room/room-rules.ts'
import type { ApiEnv } from './env.ts'

/** What this instance is and what it works with. Ports may be 0: any free one. */
export interface Config {
  instance: string
  version: string
  host: string
  port: number
  opsPort: number
  databaseUrl: string
  replicaUrl: string | undefined
  cacheUrls: Record<SourceName, string>
  opsTokens: Tokens
  queueTokenSecret: string
  auditFile: string
  heapSnapshotDir: string | undefined
  holdRules: HoldRules
  waitingRoom: { redisUrl: string; mode: WaitingRoomMode; limits: RoomLimits; rules: RoomRules }
  drillsAllowed: boolean
  logLevel: ApiEnv['LOG_LEVEL']
}

/** Throws EnvError with every problem at once. */
export function decideConfig(env: ApiEnv): Config {
  const problems: string[] = []
  const config: Config = {
    instance: env.INSTANCE,
    version: env.APP_VERSION,
    host: env.HOST,
    port: env.PORT,
    opsPort: env.OPS_PORT,
    databaseUrl: env.DATABASE_URL,
    replicaUrl: env.DATABASE_REPLICA_URL,
    cacheUrls: { primary: env.CACHE_PRIMARY_URL, standby: env.CACHE_STANDBY_URL },
    opsTokens: readTokens(env, problems),
    queueTokenSecret: readSecret('QUEUE_TOKEN_SECRET_FILE', env.QUEUE_TOKEN_SECRET_FILE, problems),
    auditFile: env.AUDIT_FILE,
    heapSnapshotDir: env.HEAP_SNAPSHOT_DIR,
    holdRules: { limit: env.SEAT_HOLD_LIMIT, seconds: env.SEAT_HOLD_SECONDS },
    waitingRoom: {
      redisUrl: env.QUEUE_REDIS_URL,
      mode: env.WAITING_ROOM_MODE,
      limits: {
        capacity: env.WAITING_ROOM_CAPACITY,
        admissionsPerSecond: env.WAITING_ROOM_ADMISSIONS_PER_SECOND,
      },
      rules: {
        abandonedAfterMs: env.WAITING_ROOM_ABANDONED_AFTER_SECONDS * 1_000,
        turnMs: env.WAITING_ROOM_TURN_SECONDS * 1_000,
      },
    },
    drillsAllowed: env.DRILLS === 'allowed',
    logLevel: env.LOG_LEVEL,
  }
  if (problems.length > 0) throw new EnvError(problems)
  return config
}
