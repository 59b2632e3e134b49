import type { MetricsRegistry } from '@drillbook/instrumentation'
import type { QueryResultRow } from 'pg'
import { ConnectionPool } from './connection-pool.ts'
import { DatabaseUnavailableError } from './errors.ts'
import type { ReplicaEvents } from './replica-events.ts'
import { ReplicaWatch } from './replica-watch.ts'
import type { Statement } from './statement.ts'

/**
 * Below the limits of the primary, which is asked afterwards: together they stay within what a user waits for. A normal
 * read takes 50 ms.
 */
const LIMITS = { connectionMs: 500, statementMs: 1_000, queryMs: 1_200 }

export interface ReplicaOptions {
  url: string
  primaryUrl: string
  applicationName: string
  registry: MetricsRegistry
  max: number
  events: ReplicaEvents
  onIdleError: (error: Error) => void
}

/** A streaming replica, which is read from only while it is known to be fit. */
export class Replica {
  private readonly pool: ConnectionPool
  private readonly watch: ReplicaWatch

  constructor(options: ReplicaOptions) {
    const { url, primaryUrl, applicationName, events } = options
    this.pool = new ConnectionPool({ ...options, poolName: 'replica', limits: LIMITS })
    this.watch = new ReplicaWatch({ replicaUrl: url, primaryUrl, applicationName, events })
    this.watch.begin()
  }

  get usable(): boolean {
    return this.watch.usable
  }

  /**
   * One that does not answer spares the next reader the wait. Throws what `isReplicaTrouble` knows, or the complaint
   * about the statement.
   */
  async query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    try {
      return await this.pool.query<Row>(statement, values)
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) this.watch.failed('read_failed', error)
      throw error
    }
  }

  async close(): Promise<void> {
    await this.watch.end()
    await this.pool.close()
  }
}
