import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ports } from '../parts/ports.ts'
import { forSupervisor } from './for-supervisor.ts'

export interface AppPlace {
  /** The lab's folder. */
  dir: string
  checkout: string
  ports: Ports
}

/** What the API and the worker have in common. */
function appVariables({ dir, ports, checkout }: AppPlace, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    CACHE_PRIMARY_URL: redisUrl(ports['redis-cache']),
    CACHE_STANDBY_URL: redisUrl(ports['redis-cache-standby']),
    QUEUE_REDIS_URL: redisUrl(ports['redis-queue']),
    OPS_TOKEN_FILE: `${dir}/secrets/ops`,
    OPS_VIEWER_TOKEN_FILE: `${dir}/secrets/ops-viewer`,
    HEAP_SNAPSHOT_DIR: `${dir}/heap`,
    APP_VERSION: appVersion(checkout),
    LOG_LEVEL: 'info',
  }
}

/** For supervisord.conf. */
export function apiEnvironment(options: AppPlace, databaseUrl: string): string {
  const { dir, ports } = options
  return asEnvironment({
    ...appVariables(options, databaseUrl),
    DATABASE_REPLICA_URL: databaseUrl.replace(`:${ports.postgres}/`, `:${ports['postgres-replica']}/`),
    QUEUE_TOKEN_SECRET_FILE: `${dir}/secrets/queue-token`,
    DRILLS: 'allowed',
  })
}

/** For supervisord.conf. */
export function workerEnvironment(options: AppPlace, databaseUrl: string): string {
  const { ports } = options
  return asEnvironment({
    ...appVariables(options, databaseUrl),
    PAYMENT_PROVIDER_URL: `http://127.0.0.1:${ports['payment-provider-primary']}`,
    PAYMENT_PROVIDER_SECONDARY_URL: `http://127.0.0.1:${ports['payment-provider-secondary']}`,
  })
}

function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`
}

/** As supervisord reads it. */
function asEnvironment(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${forSupervisor(value)}"`)
    .join(',')
}

/** So that `deployment_info` has an answer to "what changed?". */
function appVersion(checkout: string): string {
  const { version } = JSON.parse(readFileSync(join(checkout, 'reference-app', 'package.json'), 'utf8'))
  return String(version)
}
