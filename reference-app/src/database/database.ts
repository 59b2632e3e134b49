import { type MetricsRegistry, type PostgresMetrics, postgresMetrics } from '@drillbook/instrumentation'
import { Pool, type QueryResultRow } from 'pg'
import { DatabaseUnavailableError } from './errors.ts'
import { runStatement, type Statement } from './statement.ts'
import { runTransaction, type Transaction } from './transaction.ts'

/** Two instances with 10 each stay far below PostgreSQL's default of 100 connections; 10 on 2 cores are more than it can run at once. */
const POOL_MAX = 10
/** Includes the wait for a free connection of the pool. */
const CONNECTION_TIMEOUT_MS = 2_000
/** Set on the server, which then ends the statement. */
const STATEMENT_TIMEOUT_MS = 2_000
/** Kept by the client, for a server that hangs and cannot end anything. */
const QUERY_TIMEOUT_MS = 2_500

/** A process that hangs in a transaction must not keep its locks; a living one pauses for milliseconds. Set on the server. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000

export interface DatabaseOptions {
  url: string
  applicationName: string
  registry: MetricsRegistry
  /** An idle connection broke; the pool replaces it by itself. */
  onIdleError: (error: Error) => void
}

/** Postgres, the truth. Every call has a limit; trouble with the server is DatabaseUnavailableError, anything else is a bug of ours. */
export class Database {
  private readonly pool: Pool
  private readonly metrics: PostgresMetrics

  constructor({ url, applicationName, registry, onIdleError }: DatabaseOptions) {
    this.pool = new Pool({
      connectionString: url,
      application_name: applicationName,
      max: POOL_MAX,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
    })
    this.pool.on('error', onIdleError)
    this.metrics = postgresMetrics(registry, this.pool, { poolName: 'primary' })
  }

  /** Rows as the statement names their columns. */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return await runStatement<Row>(this.pool, this.metrics, statement, values)
  }

  /**
   * Runs `work` and commits what it did or, when it throws, nothing of it. `work` may run more than once, so it does nothing that a
   * rollback cannot undo. A connection lost during the commit is DatabaseUnavailableError, too: nobody knows then whether it took effect.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await runTransaction(this.pool, this.metrics, work)
  }

  /** Throws DatabaseUnavailableError unless it answers within its limits. */
  async ping(): Promise<void> {
    try {
      await this.pool.query('select 1')
    } catch (error) {
      throw new DatabaseUnavailableError(error)
    }
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}
