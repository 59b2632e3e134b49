import type { PostgresMetrics } from '@drillbook/instrumentation'
import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { toDatabaseError } from './errors.ts'

/** One SQL statement. Each connection prepares it once, under its name. */
export interface Statement {
  name: string
  operation: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'
  /** The table that it starts from. */
  collection: string
  text: string
}

/**
 * Rows as the statement names their columns. Throws DatabaseUnavailableError, or the server's complaint about the
 * statement.
 */
export async function runStatement<Row extends QueryResultRow>(
  connection: Pool | PoolClient,
  metrics: PostgresMetrics,
  { name, text, operation, collection }: Statement,
  values: unknown[],
): Promise<Row[]> {
  try {
    const run = () => connection.query<Row>({ name, text, values })
    return (await metrics.timed({ operation, collection }, run)).rows
  } catch (error) {
    throw toDatabaseError(error)
  }
}
