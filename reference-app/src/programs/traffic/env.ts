import { z } from 'zod'
import { fileName, logLevel, port } from '../../platform/env/read-env.ts'
import { MAX_JOURNEYS_PER_SECOND } from './load.ts'
import { DEFAULT_SHARES, shares } from './shares.ts'

/** What the environment of the traffic generator may say. */
export const trafficEnv = z.object({
  TARGET_URL: z.url({ protocol: /^https?$/ }),
  /** Metrics, health and, for operators, the load. */
  OPS_PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Token of those who may change the load. Absent: it cannot be changed. */
  OPS_TOKEN_FILE: fileName.optional(),
  /** For those who only look. Absent: there are none. */
  OPS_VIEWER_TOKEN_FILE: fileName.optional(),
  /** At the start. A journey is three requests for who looks around, up to a dozen for who buys. 0: nobody arrives. */
  JOURNEYS_PER_SECOND: z.coerce.number<string>().min(0).max(MAX_JOURNEYS_PER_SECOND).default(50),
  /** Who goes on which journey at the start: `browse=0.9,tickets=0.1`. */
  JOURNEY_SHARES: z.string().default(DEFAULT_SHARES).pipe(shares),
  /** Of one request. */
  DEADLINE_MS: z.coerce.number<string>().int().min(100).max(60_000).default(10_000),
  LOG_LEVEL: logLevel,
})
