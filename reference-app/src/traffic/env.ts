import { z } from 'zod'
import { logLevel, port } from '../env/read-env.ts'
import { DEFAULT_SHARES, shares } from './shares.ts'

/** What the environment of the traffic generator may say. */
export const trafficEnv = z.object({
  TARGET_URL: z.url({ protocol: /^https?$/ }),
  METRICS_PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  /** A journey is three requests for who looks around, up to a dozen for who buys. */
  JOURNEYS_PER_SECOND: z.coerce.number<string>().positive().max(1_000).default(50),
  /** Who goes on which journey: `browse=0.9,tickets=0.1`. */
  JOURNEY_SHARES: z.string().default(DEFAULT_SHARES).pipe(shares),
  /** Of one request. */
  DEADLINE_MS: z.coerce.number<string>().int().min(100).max(60_000).default(10_000),
  LOG_LEVEL: logLevel,
})
