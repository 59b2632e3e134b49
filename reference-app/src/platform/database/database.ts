import { type MetricsRegistry, type ReadMetrics, readMetrics } from '@drillbook/instrumentation'
import type { QueryResultRow } from 'pg'
import { Problem } from '../problem/problem.ts'
import { ConnectionPool } from './connection-pool.ts'
import { isReplicaTrouble } from './errors.ts'
import { Replica } from './replica.ts'
import type { ReplicaEvents } from './replica-events.ts'
import type { Statement } from './statement.ts'
import type { Transaction } from './transaction.ts'

/**
 * Two instances with 10 each stay far below PostgreSQL's default of 100 connections; 10 on 2 cores are more than it can
 * run at once.
 */
const POOL_MAX = 10
const LIMITS = { connectionMs: 2_000, statementMs: 2_000, queryMs: 2_500 }

/** Where reads that may be a little old go. */
export const READ_SOURCES = ['primary', 'replica'] as const
export type ReadSource = (typeof READ_SOURCES)[number]

export interface DatabaseOptions {
  url: string
  applicationName: string
  registry: MetricsRegistry
  /** An idle connection broke; the pool replaces it by itself. */
  onIdleError: (error: Error) => void
  /** A streaming replica of the server at `url`. Absent: there is none. */
  replica?: { url: string; events: ReplicaEvents } | undefined
}

/**
 * Postgres, the truth. Every call has a limit; trouble with the server is DatabaseUnavailableError, anything else is a
 * bug of ours.
 */
export class Database {
  private readonly primary: ConnectionPool
  private readonly replica: Replica | undefined
  private readonly metrics: ReadMetrics
  private source: ReadSource = 'primary'

  constructor({ url, replica, ...options }: DatabaseOptions) {
    this.primary = new ConnectionPool({ ...options, url, poolName: 'primary', max: POOL_MAX, limits: LIMITS })
    this.metrics = readMetrics(options.registry)
    if (replica !== undefined) this.replica = new Replica({ ...options, primaryUrl: url, max: POOL_MAX, ...replica })
  }

  get poolMax(): number {
    return this.primary.max
  }

  /** Connections to the primary at most, from now on. */
  setPoolMax(max: number): void {
    this.primary.setMax(max)
  }

  /** As set, also while the replica is not fit and the primary stands in for it. */
  get reads(): ReadSource {
    return this.source
  }

  /** Whether there is a replica that would be read from now. */
  get replicaUsable(): boolean {
    return this.replica?.usable === true
  }

  /**
   * Throws `replica_not_configured`. A replica that is not fit now is taken all the same: the primary stands in until
   * it is.
   */
  setReads(source: ReadSource): void {
    if (source === 'replica' && this.replica === undefined) {
      throw new Problem('replica_not_configured', 'This instance was started without DATABASE_REPLICA_URL.')
    }
    this.source = source
  }

  /** Rows as the statement names their columns, from the primary. */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return await this.primary.query<Row>(statement, values)
  }

  /**
   * As `query`, from where reads are set to go: the rows may be as old as the replica may lag (`LAG_LIMIT_MS`), so
   * nothing is decided by them. A replica that lags or fails is stood in for by the primary.
   */
  async read<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    return (await this.readFrom<Row>(statement, values)).rows
  }

  /** As `read`, and who answered: rows of the primary are as it was asked. */
  async readFrom<Row extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
  ): Promise<{ rows: Row[]; source: ReadSource }> {
    if (this.source === 'primary') {
      this.metrics.read('primary')
      return { rows: await this.primary.query<Row>(statement, values), source: 'primary' }
    }
    if (this.replica?.usable === true) {
      try {
        const rows = await this.replica.query<Row>(statement, values)
        this.metrics.read('replica')
        return { rows, source: 'replica' }
      } catch (error) {
        if (!isReplicaTrouble(error)) throw error
      }
    }
    this.metrics.read('fallback')
    return { rows: await this.primary.query<Row>(statement, values), source: 'primary' }
  }

  /**
   * Runs `work` and commits what it did or, when it throws, nothing of it. `work` may run more than once, so it does
   * nothing that a rollback cannot undo. A connection lost during the commit is DatabaseUnavailableError, too: whether
   * it took effect is unknown.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.primary.transaction(work)
  }

  /** Throws DatabaseUnavailableError unless the primary answers within its limits. */
  async ping(): Promise<void> {
    await this.primary.ping()
  }

  async close(): Promise<void> {
    await Promise.all([this.primary.close(), this.replica?.close()])
  }
}
