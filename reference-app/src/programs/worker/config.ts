import type { ProviderName } from '../../commerce/payments/order-payment.ts'
import type { Tokens } from '../../operations/operator.ts'
import { readTokens } from '../../operations/operator.ts'
import type { SourceName } from '../../platform/cache/source.ts'
import { EnvError } from '../../platform/env/read-env.ts'
import type { WorkerEnv } from './env.ts'

/** What this worker is and what it works with. The port may be 0: any free one. */
export interface Config {
  instance: string
  version: string
  host: string
  opsPort: number
  databaseUrl: string
  cacheUrls: Record<SourceName, string>
  providerUrls: Record<ProviderName, string>
  opsTokens: Tokens
  auditFile: string
  heapSnapshotDir: string | undefined
  logLevel: WorkerEnv['LOG_LEVEL']
}

/** Throws EnvError with every problem at once. */
export function decideConfig(env: WorkerEnv): Config {
  const problems: string[] = []
  const config: Config = {
    instance: env.INSTANCE,
    version: env.APP_VERSION,
    host: env.HOST,
    opsPort: env.OPS_PORT,
    databaseUrl: env.DATABASE_URL,
    cacheUrls: { primary: env.CACHE_PRIMARY_URL, standby: env.CACHE_STANDBY_URL },
    providerUrls: { primary: env.PAYMENT_PROVIDER_URL, secondary: env.PAYMENT_PROVIDER_SECONDARY_URL },
    opsTokens: readTokens(env, problems),
    auditFile: env.AUDIT_FILE,
    heapSnapshotDir: env.HEAP_SNAPSHOT_DIR,
    logLevel: env.LOG_LEVEL,
  }
  if (problems.length > 0) throw new EnvError(problems)
  return config
}
