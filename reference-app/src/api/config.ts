import { readFileSync } from 'node:fs'
import type { SourceName } from '../cache/source.ts'
import { EnvError } from '../env/read-env.ts'
import type { HoldRules } from '../ticketing/reserve-seats.ts'
import type { ApiEnv } from './env.ts'

/** What this instance is and what it works with. Ports may be 0: any free one. */
export interface Config {
  instance: string
  version: string
  host: string
  port: number
  opsPort: number
  databaseUrl: string
  cacheUrls: Record<SourceName, string>
  opsToken: string
  queueTokenSecret: string
  auditFile: string
  holdRules: HoldRules
  logLevel: ApiEnv['LOG_LEVEL']
}

/** A secret below this can be guessed: 32 hex digits are 128 bits. */
const MIN_SECRET_LENGTH = 32

/** Throws EnvError with every problem at once. */
export function decideConfig(env: ApiEnv): Config {
  const problems: string[] = []
  const secret = (name: 'OPS_TOKEN_FILE' | 'QUEUE_TOKEN_SECRET_FILE'): string => {
    try {
      const text = readFileSync(env[name], 'utf8').trim()
      if (text.length < MIN_SECRET_LENGTH) problems.push(`${name}: holds fewer than ${MIN_SECRET_LENGTH} characters`)
      return text
    } catch (error) {
      problems.push(`${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      return ''
    }
  }
  const config: Config = {
    instance: env.INSTANCE,
    version: env.APP_VERSION,
    host: env.HOST,
    port: env.PORT,
    opsPort: env.OPS_PORT,
    databaseUrl: env.DATABASE_URL,
    cacheUrls: { primary: env.CACHE_PRIMARY_URL, standby: env.CACHE_STANDBY_URL },
    opsToken: secret('OPS_TOKEN_FILE'),
    queueTokenSecret: secret('QUEUE_TOKEN_SECRET_FILE'),
    auditFile: env.AUDIT_FILE,
    holdRules: { limit: env.SEAT_HOLD_LIMIT, seconds: env.SEAT_HOLD_SECONDS },
    logLevel: env.LOG_LEVEL,
  }
  if (problems.length > 0) throw new EnvError(problems)
  return config
}
