import { setTimeout } from 'node:timers/promises'
import type { PostgresMetrics } from '@drillbook/instrumentation'
import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { DatabaseUnavailableError, isConflict, toDatabaseError } from './errors.ts'
import { runStatement, type Statement } from './statement.ts'

/** One transaction in progress, on one connection. Throws as `Database.query` does. */
export interface Transaction {
  query<Row extends QueryResultRow>(statement: Statement, values?: unknown[]): Promise<Row[]>
}

/** Transactions that the server ended in favour of others (deadlock, serialisation) are run again, at most so often. */
const MAX_ATTEMPTS = 5
/** Longest pause before the second attempt; it grows with each. Milliseconds. */
const RETRY_PAUSE_MS = 20

/** As `Database.transaction`. */
export async function runTransaction<T>(
  pool: Pool,
  metrics: PostgresMetrics,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(await connect(pool), metrics, work)
    } catch (error) {
      if (!isConflict(error)) throw error
      if (attempt === MAX_ATTEMPTS) throw new DatabaseUnavailableError(error)
      await setTimeout(Math.random() * RETRY_PAUSE_MS * attempt)
    }
  }
}

async function runOnce<T>(
  connection: PoolClient,
  metrics: PostgresMetrics,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  let broken = false
  const lost = () => {
    broken = true // the statement in flight, or the next one, fails and says why
  }
  connection.on('error', lost)
  try {
    await control(connection, metrics, 'BEGIN')
    const result = await work({
      query: (statement, values = []) => runStatement(connection, metrics, statement, values),
    })
    await control(connection, metrics, 'COMMIT')
    return result
  } catch (error) {
    // A server in trouble is not asked to roll back: it does so by itself when it sees the connection closed.
    broken ||= error instanceof DatabaseUnavailableError
    if (!broken) await control(connection, metrics, 'ROLLBACK').catch(lost)
    throw error
  } finally {
    connection.off('error', lost)
    connection.release(broken)
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw toDatabaseError(error)
  }
}

async function control(
  connection: PoolClient,
  metrics: PostgresMetrics,
  operation: 'BEGIN' | 'COMMIT' | 'ROLLBACK',
): Promise<void> {
  try {
    await metrics.timed({ operation, collection: '' }, () => connection.query(operation))
  } catch (error) {
    throw toDatabaseError(error)
  }
}
