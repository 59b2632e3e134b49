import { counter, gauge, histogram } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'

/** What is used of a `pg.Pool`. pg is not imported: pass the pool of the version that you have. */
export interface PostgresPool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
  readonly options: { max?: number }
}

type Connect = (callback?: ConnectCallback) => Promise<unknown> | undefined
type ConnectCallback = (error: unknown, ...rest: unknown[]) => void

/** pg-pool has no error codes; these are its two messages (pg-pool 3: all clients busy; the server did not answer). */
const TIMEOUTS = ['timeout exceeded when trying to connect', 'Connection terminated due to connection timeout']

/** Whether a connection could not be had within the pool's `connectionTimeoutMillis`. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && TIMEOUTS.includes(error.message)
}

/**
 * The pool's gauges, read at each scrape (so a pool that grows shows at once), and what waiting for a connection costs:
 * `connect` of this pool is wrapped, through which `query` goes as well.
 */
export function observePool(registry: MetricsRegistry, pool: PostgresPool, poolName: string): void {
  observeSizes(registry, pool, poolName)
  const labels = { db_client_connection_pool_name: poolName }
  const waits = histogram(registry, {
    name: 'db_client_connection_wait_time_seconds',
    help: 'Time until the pool gave a connection, or gave up',
    labelNames: ['db_client_connection_pool_name'],
  })
  const timeouts = counter(registry, {
    name: 'db_client_connection_timeouts_total',
    help: 'Requests for a connection that ended in a time-out',
    labelNames: ['db_client_connection_pool_name'],
  }).labels(labels)
  waits.zero(labels)
  timeouts.inc(0)
  const wait = waits.labels(labels)

  wrapConnect(pool, (seconds, error) => {
    const timedOut = isPoolTimeout(error)
    if (timedOut) timeouts.inc()
    if (timedOut || error === undefined) wait.observe(seconds)
  })
}

function wrapConnect(pool: PostgresPool, settled: (seconds: number, error: unknown) => void): void {
  const target = pool as unknown as { connect: Connect }
  const connect = target.connect.bind(pool)
  target.connect = (callback) => {
    const startedAt = performance.now()
    const settle = (error?: unknown) => settled((performance.now() - startedAt) / 1000, error ?? undefined)
    if (callback !== undefined) {
      return connect((error, ...rest) => {
        settle(error)
        callback(error, ...rest)
      })
    }
    return connect()?.then(
      (client) => {
        settle()
        return client
      },
      (error) => {
        settle(error)
        throw error
      },
    )
  }
}

/** Every pool of a registry shares the gauges; each adds its reader here. */
const readers = new WeakMap<MetricsRegistry, (() => void)[]>()

function observeSizes(registry: MetricsRegistry, pool: PostgresPool, poolName: string): void {
  const known = readers.get(registry) ?? []
  readers.set(registry, known)
  const labelNames = ['db_client_connection_pool_name'] as const
  const labels = { db_client_connection_pool_name: poolName }
  // The gauge that collects comes first: a registry reads its metrics in order.
  const count = gauge(registry, {
    name: 'db_client_connection_count',
    help: 'Open connections by state: idle, used',
    labelNames: [...labelNames, 'db_client_connection_state'],
    collect() {
      for (const read of known) read()
    },
  })
  const max = gauge(registry, {
    name: 'db_client_connection_max',
    help: 'Connections that the pool may open',
    labelNames,
  })
  const pending = gauge(registry, {
    name: 'db_client_connection_pending_requests',
    help: 'Requests waiting for a connection',
    labelNames,
  })
  known.push(() => {
    count.set({ ...labels, db_client_connection_state: 'idle' }, pool.idleCount)
    count.set({ ...labels, db_client_connection_state: 'used' }, pool.totalCount - pool.idleCount)
    max.set(labels, pool.options.max ?? PG_POOL_DEFAULT_MAX)
    pending.set(labels, pool.waitingCount)
  })
}

/** pg-pool 3 when no `max` is given. */
const PG_POOL_DEFAULT_MAX = 10
