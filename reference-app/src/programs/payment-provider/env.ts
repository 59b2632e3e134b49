import { z } from 'zod'
import { fileName, host, logLevel, port } from '../../platform/env/read-env.ts'

/** What the environment of a payment provider may say. */
export const providerEnv = z.object({
  NAME: z.enum(['primary', 'secondary']).default('primary'),
  PORT: port,
  HOST: host,
  /** Charges, one JSON line each, only ever added to. */
  DATA_FILE: fileName,
  /** Who may turn the knobs and list the charges. */
  CONTROL_TOKEN_FILE: fileName,
  LOG_LEVEL: logLevel,
})
