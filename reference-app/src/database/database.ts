import { type MetricsRegistry, type PostgresMetrics, postgresMetrics } from '@drillbook/instrumentation'
import { Pool, type QueryResultRow } from 'pg'
import { DatabaseUnavailableError, toDatabaseError } from './errors.ts'

/** Two instances with 10 each stay far below PostgreSQL's default of 100 connections; 10 on 2 cores are more than it can run at once. */
const POOL_MAX = 10
/** Includes the wait for a free connection of the pool. */
const CONNECTION_TIMEOUT_MS = 2_000
/** Set on the server, which then ends the statement. */
const STATEMENT_TIMEOUT_MS = 2_000
/** Kept by the client, for a server that hangs and cannot end anything. */
const QUERY_TIMEOUT_MS = 2_500

/** One SQL statement. Each connection prepares it once, under its name. */
export interface Statement {
  name: string
  operation: 'SELECT'
  /** The table that it starts from. */
  collection: string
  text: string
}

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
      keepAlive: true,
    })
    this.pool.on('error', onIdleError)
    this.metrics = postgresMetrics(registry, this.pool, { poolName: 'primary' })
  }

  /** Rows as the statement names their columns. */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const { name, text, operation, collection } = statement
    try {
      const run = () => this.pool.query<Row>({ name, text, values })
      return (await this.metrics.timed({ operation, collection }, run)).rows
    } catch (error) {
      throw toDatabaseError(error)
    }
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
