import { boundedLabel } from '../bounded-label.ts'
import { children } from '../children.ts'
import { errorType } from '../error-type.ts'
import { histogram } from '../metric.ts'
import type { MetricsRegistry } from '../registry.ts'
import { isPoolTimeout, observePool, type PostgresPool } from './pool.ts'

export interface PostgresMetricsOptions {
  /** `db_client_connection_pool_name`, e.g. `primary`. */
  poolName: string
}

export interface PostgresOperation {
  /**
   * What the query does, in capitals: `SELECT`, `INSERT`, or a name for a transaction. From a fixed set; the 51st
   * becomes `other`.
   */
  operation: string
  /** The table it is about; for a join the one that it starts from. From a fixed set; the 101st becomes `other`. */
  collection: string
}

export interface PostgresMetrics {
  /**
   * Runs a query (or a transaction) and records how long its caller waited in `db_client_operation_duration_seconds`,
   * the wait for a connection included when it goes through `pool.query`. Returns and throws what `run` does.
   */
  timed<Result>(operation: PostgresOperation, run: () => Promise<Result>): Promise<Result>
}

/**
 * Metrics of one `pg.Pool`: its connections by state, its limit, who waits, how long, time-outs, and the queries run
 * through `timed`. Call it once for each pool, before the pool is used.
 */
export function postgresMetrics(
  registry: MetricsRegistry,
  pool: PostgresPool,
  { poolName }: PostgresMetricsOptions,
): PostgresMetrics {
  observePool(registry, pool, poolName)
  const durations = histogram(registry, {
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of database operations as their caller saw it',
    labelNames: ['db_system_name', 'db_operation_name', 'db_collection_name', 'error_type'],
  })
  const operationLabel = boundedLabel({ max: 50 })
  const collectionLabel = boundedLabel({ max: 100 })
  const errorLabel = boundedLabel({ max: 50 })
  const child = children((db_operation_name: string, db_collection_name: string, error_type: string) =>
    durations.labels({ db_system_name: 'postgresql', db_operation_name, db_collection_name, error_type }),
  )

  return {
    async timed({ operation, collection }, run) {
      const startedAt = performance.now()
      let error = ''
      try {
        return await run()
      } catch (thrown) {
        error = postgresErrorType(thrown)
        throw thrown
      } finally {
        const seconds = (performance.now() - startedAt) / 1000
        child(operationLabel(operation), collectionLabel(collection), errorLabel(error)).observe(seconds)
      }
    },
  }
}

/** SQLSTATE (`23505`) or Node's code (`ECONNREFUSED`); pg's own time-outs have neither and get names. */
function postgresErrorType(error: unknown): string {
  if (isPoolTimeout(error)) return 'pool_timeout'
  if (error instanceof Error && error.message === 'Query read timeout') return 'query_timeout'
  return errorType(error)
}
