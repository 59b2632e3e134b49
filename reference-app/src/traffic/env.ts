import { z } from 'zod'
import { logLevel, port } from '../env/read-env.ts'

/** What the environment of the traffic generator may say. */
export const trafficEnv = z.object({
  TARGET_URL: z.url({ protocol: /^https?$/ }),
  METRICS_PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  /** A journey is four requests, or up to eight when it ends with a purchase. */
  JOURNEYS_PER_SECOND: z.coerce.number<string>().positive().max(1_000).default(50),
  /** The share of visitors who would buy if every seat were free. */
  BUY_RATIO: z.coerce.number<string>().min(0).max(1).default(0.05),
  /** Of one request. */
  DEADLINE_MS: z.coerce.number<string>().int().min(100).max(60_000).default(10_000),
  LOG_LEVEL: logLevel,
})
