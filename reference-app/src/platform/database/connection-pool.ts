import { type MetricsRegistry, type PostgresMetrics, postgresMetrics } from '@drillbook/instrumentation'
import { Pool, type QueryResultRow } from 'pg'
import { DatabaseUnavailableError } from './errors.ts'
import { runStatement, type Statement } from './statement.ts'
import { runTransaction, type Transaction } from './transaction.ts'

/**
 * A process that hangs in a transaction must not keep its locks; a living one pauses for milliseconds. Set on the
 * server.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000

export interface ConnectionPoolOptions {
  url: string
  applicationName: string
  registry: MetricsRegistry
  /** In metrics. */
  poolName: 'primary' | 'replica'
  /** Connections at most. */
  max: number
  limits: {
    /** Includes the wait for a free connection of the pool. */
    connectionMs: number
    /** Set on the server, which then ends the statement. */
    statementMs: number
    /** Kept by the client, for a server that hangs and cannot end anything. */
    queryMs: number
  }
  /** An idle connection broke; the pool replaces it by itself. */
  onIdleError: (error: Error) => void
}

/**
 * Connections to one server. Every call has a limit; trouble with the server is DatabaseUnavailableError, anything else
 * is a bug of ours.
 */
export class ConnectionPool {
  private readonly pool: Pool
  private readonly metrics: PostgresMetrics

  constructor({ url, applicationName, registry, poolName, max, limits, onIdleError }: ConnectionPoolOptions) {
    this.pool = new Pool({
      connectionString: url,
      application_name: applicationName,
      max,
      connectionTimeoutMillis: limits.connectionMs,
      statement_timeout: limits.statementMs,
      query_timeout: limits.queryMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
    })
    this.pool.on('error', onIdleError)
    this.pool.on('release', () => this.closeExcess())
    this.metrics = postgresMetrics(registry, this.pool, { poolName })
  }

  get max(): number {
    return this.pool.options.max
  }

  /**
   * At once: whoever waits gets the connections that are new, and idle ones that are too many are closed. One that is
   * at work is closed when it is given back.
   */
  setMax(max: number): void {
    this.pool.options.max = max
    const { totalCount, idleCount, waitingCount } = this.pool
    const wanted = Math.min(waitingCount, max - totalCount)
    const excess = Math.min(idleCount, totalCount - max)
    // The pool looks at its queue and at its idle connections when one is given back, so that is what happens here.
    for (let i = 0; i < Math.max(wanted, excess); i += 1) {
      this.pool.connect().then(
        (connection) => connection.release(),
        () => undefined, // the server gives none: who waits is told so in time
      )
    }
  }

  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return await runStatement<Row>(this.pool, this.metrics, statement, values)
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await runTransaction(this.pool, this.metrics, work)
  }

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

  /**
   * Before each connection goes back: the pool closes it when it was used `maxUses` times, and looks at that right
   * after this.
   */
  private closeExcess(): void {
    this.pool.options.maxUses = this.pool.totalCount > this.pool.options.max ? 1 : Number.POSITIVE_INFINITY
  }
}
